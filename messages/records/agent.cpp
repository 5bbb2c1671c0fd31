#include "messages/records/agent.hpp"

namespace records {

run_definition definition_of(const agent_record& agent) {
  run_definition out;
  out.name = agent.name;
  out.prompt = agent.prompt;
  out.model = agent.model;
  if (agent.allowed_tools && !agent.allowed_tools->empty())
    out.allowed_tools = agent.allowed_tools;
  out.can_create_subagents = agent.can_create_subagents;
  out.max_tool_calls = agent.max_tool_calls;
  out.prompt_mode = agent.prompt_mode;
  out.fallback_model = agent.fallback_model;
  out.within = agent.within;
  if (agent.parent_agent_id)
    out.budgets_above.push_back(*agent.parent_agent_id);
  out.from_outside = agent.parent_agent_id.has_value(); // a model wrote its prompt
  return out;
}

} // namespace records
