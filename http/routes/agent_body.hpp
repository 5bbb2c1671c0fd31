#pragma once

#include "http/services.hpp"
#include "messages/records/agent.hpp"
#include "storage/spending.hpp"

#include <optional>
#include <span>
#include <string>

namespace http::routes {

/// What a person says of an agent.
struct agent_body {
  std::string name;
  std::string prompt;
  std::string model;
  std::optional<std::string> description;
  boost::json::value allowed_tools = "none"; ///< "all", "none" or a list of names
  bool can_create_subagents = false;
  std::optional<std::string> schedule;
  bool enabled = true;
  std::optional<int> max_tool_calls;
  records::prompt_mode prompt_mode = records::prompt_mode::combined;
  std::optional<std::string> fallback_model;
  std::optional<int> max_concurrent_runs;
  std::optional<double> budget_day_usd;
  std::optional<double> budget_month_usd;
  records::missed_runs missed_runs = records::missed_runs::skip;
  int missed_runs_max = 5;
  int schedule_jitter_s = 0;
  bool allow_overlap = false;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "name", .required = true, .min = 1, .max = 100},
         {.name = "prompt", .help = "what the agent is to do", .required = true, .min = 1, .max = 200'000},
         {.name = "model", .help = "`provider:model`", .required = true, .min = 3, .max = 200},
         {.name = "description", .max = 2'000},
         {.name = "allowed_tools",
          .help
          = "\"all\", \"none\", or a list of names: a tool, `mcp__server` for all of its tools, `mcp__server__tool`"},
         {.name = "schedule", .help = "cron with five fields, or @daily and the like", .max = 200},
         {.name = "max_tool_calls", .help = "per run; empty: the system's limit", .min = 0, .max = 10'000},
         {.name = "fallback_model", .help = "when its own model fails; empty: the system's", .min = 3, .max = 200},
         {.name = "max_concurrent_runs", .help = "at once; empty: no limit of its own", .min = 1, .max = 10'000},
         {.name = "budget_day_usd", .help = "USD a day; empty: no limit", .min = 0, .max = 1'000'000},
         {.name = "budget_month_usd", .help = "USD a month; empty: no limit", .min = 0, .max = 1'000'000},
         {.name = "missed_runs", .help = "what becomes of times at which the server was not there"},
         {.name = "missed_runs_max", .help = "with missed_runs all: at most so many at once", .min = 1, .max = 1'000},
         {.name = "schedule_jitter_s", .help = "seconds; each time comes up to so much later", .min = 0, .max = 3'600},
         {.name = "allow_overlap", .help = "whether a time may come while a run of an earlier one goes on"}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(agent_body, (),
                      (name, prompt, model, description, allowed_tools, can_create_subagents, schedule, enabled,
                       max_tool_calls, prompt_mode, fallback_model, max_concurrent_runs, budget_day_usd,
                       budget_month_usd, missed_runs, missed_runs_max, schedule_jitter_s, allow_overlap))

/// All columns of `agents`.
struct agent_view {
  std::string id;
  std::string name;
  std::optional<std::string> description;
  std::string prompt;
  std::string model;
  bool can_create_subagents = false;
  boost::json::value allowed_tools;
  std::optional<std::string> schedule;
  bool enabled = true;
  std::optional<int> max_tool_calls;
  records::prompt_mode prompt_mode = records::prompt_mode::combined;
  std::optional<std::string> parent_agent_id;
  std::optional<std::string> created_by;
  std::optional<std::string> owner_user_id;
  base::timestamp created_at{};
  base::timestamp updated_at{};
  std::optional<std::string> fallback_model;
  std::optional<int> max_concurrent_runs;
  std::optional<double> budget_day_usd;
  std::optional<double> budget_month_usd;
  records::missed_runs missed_runs = records::missed_runs::skip;
  int missed_runs_max = 5;
  int schedule_jitter_s = 0;
  bool allow_overlap = false;
  std::optional<base::timestamp> next_run_at;    ///< by its schedule, before jitter; empty: none comes
  std::string time_zone;                         ///< in which its schedule goes
  std::optional<storage::spending::spent> spent; ///< of one agent: what its runs and those below them have cost
};
BOOST_DESCRIBE_STRUCT(agent_view, (),
                      (id, name, description, prompt, model, can_create_subagents, allowed_tools, schedule, enabled,
                       max_tool_calls, prompt_mode, parent_agent_id, created_by, owner_user_id, created_at, updated_at,
                       fallback_model, max_concurrent_runs, budget_day_usd, budget_month_usd, missed_runs,
                       missed_runs_max, schedule_jitter_s, allow_overlap, next_run_at, time_zone, spent))

/// Without next_run_at and time_zone, see schedule_view.hpp.
[[nodiscard]] agent_view view_of(const records::agent_record& row);
[[nodiscard]] agent_body body_of(const records::agent_record& row);
void apply(const agent_body& body, records::agent_record& row);

/// 422 with all that is wrong beyond types. What did not change from `before` is not looked at again: rows of older
/// databases may name models and tools that this server does not have.
void check_agent(const services& with, const agent_body& body, const agent_body* before);

/// 422 unless `tools` is "all", "none" or a list of names of this server's tools.
void check_tools(const services& with, const boost::json::value& tools);
/// As it is stored, once checked.
[[nodiscard]] std::optional<std::vector<std::string>> tools_from_json(const boost::json::value& tools);

/// NULL and `[]` are "all", `["none"]` is "none".
[[nodiscard]] boost::json::value tools_to_json(const std::optional<std::vector<std::string>>& stored);

/// Adds what is wrong with `allowed_tools` of a body.
void check_tools(const services& with, const boost::json::value& v, base::field_errors& errors);

} // namespace http::routes
