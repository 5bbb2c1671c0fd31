#include "clients/models/conversation.hpp"

#include <algorithm>

namespace models {

std::vector<exchange> exchanges_of(const std::vector<message>& messages) {
  std::vector<exchange> out;
  for (std::size_t i = 0; i < messages.size();) {
    const auto& said = messages[i++];
    if (said.role != role::assistant || said.tool_calls.empty()) {
      if (said.role != role::assistant || said.reasoning || !is_blank(said.text.str()))
        out.push_back({&said, {}, i});
      continue;
    }
    auto& exchange = out.emplace_back();
    exchange.said = &said;
    exchange.results.resize(said.tool_calls.size());
    for (; i < messages.size() && messages[i].role == role::tool; ++i) {
      const auto call = std::ranges::find(said.tool_calls, messages[i].tool_call_id, &tool_call::call_id);
      if (call != said.tool_calls.end())
        exchange.results[static_cast<std::size_t>(call - said.tool_calls.begin())] = &messages[i];
    }
    exchange.end = i;
  }
  return out;
}

bool tells_failure(const message& result) {
  std::string fault;
  const auto value = base::parse_json(result.untrusted.str(), fault);
  const auto* object = value ? value->if_object() : nullptr;
  const auto* success = object == nullptr ? nullptr : object->if_contains("success");
  return success != nullptr && success->is_bool() && !success->get_bool();
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

} // namespace models
