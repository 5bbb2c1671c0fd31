#include "tools/all.hpp"

namespace tools {

std::shared_ptr<const tool_set> all_tools() {
  auto set = std::make_shared<tool_set>();
  set->add(time_tool());
  set->add(filesystem_tool());
  set->add(web_tool());
  set->add(whitelist_tool());
  set->add(agents_tool());
  set->add(webhook_tool());
  set->add(telegram_tool());
  return set;
}

} // namespace tools
