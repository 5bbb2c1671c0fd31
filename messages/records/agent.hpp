#pragma once

#include "messages/records/run.hpp"

namespace records {

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
};
BOOST_DESCRIBE_STRUCT(agent_record, (),
                      (id, name, description, prompt, model, can_create_subagents, allowed_tools, schedule, enabled,
                       max_tool_calls, prompt_mode, parent_agent_id, created_by, owner_user_id, created_at, updated_at,
                       deleted_at))

/// The copy of the definition that a run keeps. `[]` of old rows becomes "all".
[[nodiscard]] run_definition definition_of(const agent_record& agent);

} // namespace records
