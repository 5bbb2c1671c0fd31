#include "messages/records/schedule.hpp"

namespace records {

run_definition definition_of(const scheduled_task& task, const std::string& model) {
  run_definition out;
  out.name = task.name;
  out.prompt = task.prompt;
  out.model = model;
  if (task.allowed_tools && !task.allowed_tools->empty())
    out.allowed_tools = task.allowed_tools;
  return out;
}

} // namespace records
