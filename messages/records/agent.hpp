#pragma once

#include "messages/records/run.hpp"

namespace records {

/// What becomes of the times of a schedule at which the server was not there: nothing (but a note), one run, or one for
/// each, up to `missed_runs_max`.
enum class missed_runs { skip, once, all };
BOOST_DESCRIBE_ENUM(missed_runs, skip, once, all)

/// One row of `agents`.
struct agent_record {
  std::string id;
  std::string name;
  std::optional<std::string> description;
  std::string prompt;
  std::string model;
  bool can_create_subagents = false;
  std::optional<std::vector<std::string>>
    allowed_tools; ///< empty optional = all; `["none"]` = none; `[]` of old rows = all
  std::optional<std::string> schedule;
  bool enabled = true;
  std::optional<int> max_tool_calls;
  records::prompt_mode prompt_mode = records::prompt_mode::combined;
  std::optional<std::string> parent_agent_id;
  std::optional<std::string> created_by;
  std::optional<std::string> owner_user_id; ///< empty = a system agent
  base::timestamp created_at{};
  base::timestamp updated_at{};
  std::optional<base::timestamp> deleted_at; ///< hidden since then
  std::optional<std::string> fallback_model; ///< when its own model fails; empty = the system's
  std::optional<int> max_concurrent_runs;    ///< empty = no limit of its own
  std::optional<double> budget_day_usd;      ///< empty = no limit; days and months are the system's
  std::optional<double> budget_month_usd;
  records::missed_runs missed_runs = records::missed_runs::skip;
  int missed_runs_max = 5;
  int schedule_jitter_s = 0;
  bool allow_overlap = false;                    ///< whether a time may come while a run of an earlier one goes on
  std::vector<std::vector<std::string>> within;  ///< made by an agent: what run_definition::within begins with
  std::optional<base::timestamp> schedule_since; ///< times up to here do not count: it was set or switched on then
};
BOOST_DESCRIBE_STRUCT(agent_record, (),
                      (id, name, description, prompt, model, can_create_subagents, allowed_tools, schedule, enabled,
                       max_tool_calls, prompt_mode, parent_agent_id, created_by, owner_user_id, created_at, updated_at,
                       deleted_at, fallback_model, max_concurrent_runs, budget_day_usd, budget_month_usd, missed_runs,
                       missed_runs_max, schedule_jitter_s, allow_overlap, within, schedule_since))

/// The copy of the definition that a run keeps. `[]` of old rows becomes "all".
[[nodiscard]] run_definition definition_of(const agent_record& agent);

/// An agent that may have only so many runs at once.
struct agent_limit {
  std::string agent_id;
  int max_concurrent_runs = 1;
};
BOOST_DESCRIBE_STRUCT(agent_limit, (), (agent_id, max_concurrent_runs))

} // namespace records
