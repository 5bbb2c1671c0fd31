#include "http/routes/agent_body.hpp"

#include "http/routes/model_view.hpp"

#include "engine/cron.hpp"
#include "http/problem.hpp"

#include <algorithm>
#include <set>

namespace http::routes {

void check_tools(const services& with, const boost::json::value& v, base::field_errors& errors) {
  constexpr const char* path = "allowed_tools";
  if (v.is_string()) {
    if (v.as_string() != "all" && v.as_string() != "none")
      errors.push_back({path, "must be \"all\", \"none\" or a list of names"});
    return;
  }
  const auto* list = v.if_array();
  if (list == nullptr) {
    errors.push_back({path, "must be \"all\", \"none\" or a list of names"});
    return;
  }
  if (list->empty())
    errors.push_back({path, "must not be an empty list; \"none\" means none"});
  if (list->size() > 200)
    errors.push_back({path, "must have at most 200 items"});
  std::set<std::string> seen;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto at = std::string(path) + '[' + std::to_string(i) + ']';
    const auto* text = (*list)[i].if_string();
    if (text == nullptr) {
      errors.push_back({at, "must be text"});
      continue;
    }
    const std::string name(*text);
    if (!seen.insert(name).second)
      errors.push_back({at, "stands there twice"});
    const bool known = std::ranges::any_of(with.tools, [&](const tool_info& t) { return t.name == name; });
    if (!known && !(name.starts_with("mcp__") && name.size() > 5))
      errors.push_back({at, "is not a tool of this server"});
  }
}

std::optional<std::vector<std::string>> tools_from_json(const boost::json::value& v) {
  if (v.is_string())
    return v.as_string() == "all" ? std::nullopt : std::optional(std::vector<std::string>{"none"});
  std::vector<std::string> out;
  for (const auto& name : v.as_array())
    out.emplace_back(name.as_string());
  return out;
}

void check_tools(const services& with, const boost::json::value& tools) {
  base::field_errors errors;
  check_tools(with, tools, errors);
  if (!errors.empty())
    throw problem(std::move(errors));
}

boost::json::value tools_to_json(const std::optional<std::vector<std::string>>& stored) {
  if (!stored || stored->empty())
    return "all";
  if (*stored == std::vector<std::string>{"none"})
    return "none";
  return base::to_json(*stored);
}

agent_view view_of(const records::agent_record& r) {
  return {r.id,
          r.name,
          r.description,
          r.prompt,
          r.model,
          r.can_create_subagents,
          tools_to_json(r.allowed_tools),
          r.schedule,
          r.enabled,
          r.max_tool_calls,
          r.prompt_mode,
          r.parent_agent_id,
          r.created_by,
          r.owner_user_id,
          r.created_at,
          r.updated_at,
          r.fallback_model,
          r.max_concurrent_runs,
          r.budget_day_usd,
          r.budget_month_usd,
          r.missed_runs,
          r.missed_runs_max,
          r.schedule_jitter_s,
          r.allow_overlap,
          {},
          {},
          {}};
}

agent_body body_of(const records::agent_record& r) {
  return {r.name,
          r.prompt,
          r.model,
          r.description,
          tools_to_json(r.allowed_tools),
          r.can_create_subagents,
          r.schedule,
          r.enabled,
          r.max_tool_calls,
          r.prompt_mode,
          r.fallback_model,
          r.max_concurrent_runs,
          r.budget_day_usd,
          r.budget_month_usd,
          r.missed_runs,
          r.missed_runs_max,
          r.schedule_jitter_s,
          r.allow_overlap};
}

void apply(const agent_body& body, records::agent_record& row) {
  row.name = body.name;
  row.prompt = body.prompt;
  row.model = body.model;
  row.description = body.description;
  row.allowed_tools = tools_from_json(body.allowed_tools);
  row.can_create_subagents = body.can_create_subagents;
  row.schedule = body.schedule;
  row.enabled = body.enabled;
  row.max_tool_calls = body.max_tool_calls;
  row.prompt_mode = body.prompt_mode;
  row.fallback_model = body.fallback_model;
  row.max_concurrent_runs = body.max_concurrent_runs;
  row.budget_day_usd = body.budget_day_usd;
  row.budget_month_usd = body.budget_month_usd;
  row.missed_runs = body.missed_runs;
  row.missed_runs_max = body.missed_runs_max;
  row.schedule_jitter_s = body.schedule_jitter_s;
  row.allow_overlap = body.allow_overlap;
}

void check_agent(const services& with, const agent_body& body, const agent_body* before) {
  base::field_errors errors;
  if (before == nullptr || before->model != body.model) {
    if (auto reason = reason_against_model(with, body.model))
      errors.push_back({"model", std::move(*reason)});
  }
  if (body.fallback_model && (before == nullptr || before->fallback_model != body.fallback_model)) {
    if (auto reason = reason_against_model(with, *body.fallback_model))
      errors.push_back({"fallback_model", std::move(*reason)});
  }
  if (before == nullptr || before->allowed_tools != body.allowed_tools)
    check_tools(with, body.allowed_tools, errors);
  if (body.schedule && (before == nullptr || before->schedule != body.schedule))
    if (const auto cron = engine::cron::parse(*body.schedule); !cron)
      errors.push_back({"schedule", cron.error().message});
  if (!errors.empty())
    throw problem(std::move(errors));
}

} // namespace http::routes
