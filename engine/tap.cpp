#include "engine/tap.hpp"

#include "messages/schema.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace engine {

bool path_fits(std::string_view path, std::string_view pattern) noexcept {
  return pattern.ends_with('*') ? path.starts_with(pattern.substr(0, pattern.size() - 1)) : path == pattern;
}

void tap::see(const caf::mailbox_element& message, const std::string& to) {
  if (!message.sender)
    return;
  const auto* sender = dynamic_cast<const located*>(message.sender->get());
  if (sender == nullptr)
    return;
  const auto list = std::atomic_load(&list_);
  if (!list || to == list->listener_path
      || std::ranges::none_of(list->paths, [&](const auto& p) { return path_fits(sender->path(), p); }))
    return;
  const auto& content = message.content();
  const auto* type = content.size() == 1 ? content.type(0).second : nullptr;
  const auto name = type == nullptr ? std::string_view{} : messages::name_of(*type);
  if (name.empty())
    return; // of CAF itself: an error, a down_msg
  messages::message_seen seen{sender->path(), to, std::string(name), {}};
  if (const auto body = messages::to_json(content))
    seen.body = base::to_line(*body);
  const auto count = waiting_.fetch_add(1, std::memory_order_relaxed);
  const auto bytes = waiting_bytes_.fetch_add(seen.body.size(), std::memory_order_relaxed);
  if (count >= max_waiting || bytes + seen.body.size() > max_waiting_bytes) {
    taken(seen);
    lost_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  caf::anon_send(list->listener, std::move(seen));
}

void tap::watch(std::vector<std::string> paths, messages::injector_actor listener, std::string at) {
  const bool any = !paths.empty();
  std::shared_ptr<const watch_list> next;
  if (any)
    next = std::make_shared<const watch_list>(watch_list{std::move(paths), std::move(listener), std::move(at)});
  std::atomic_store(&list_, std::move(next));
  on_.store(any, std::memory_order_relaxed); // who is told of it by a message sees it: that orders the two
}

void tap::taken(const messages::message_seen& m) noexcept {
  waiting_.fetch_sub(1, std::memory_order_relaxed);
  waiting_bytes_.fetch_sub(m.body.size(), std::memory_order_relaxed);
}

} // namespace engine
