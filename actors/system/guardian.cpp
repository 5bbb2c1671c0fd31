#include "actors/system/guardian.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>

namespace actors {

guardian::guardian(caf::actor_config& cfg, engine::place at, guardian_settings settings)
  : observed(cfg, std::move(at)), settings_(settings) {}

guardian::behavior_type guardian::make_behavior() {
  return {
    [this](const messages::actor_failed& m) { failed(m); },
    [this](const messages::restart_due& m) { tell(m.path, messages::restart_actor{}); },
    [this](const messages::restart_now& m) {
      histories_.erase(m.path);
      tell(m.path, messages::restart_actor{});
    },
  };
}

void guardian::failed(const messages::actor_failed& m) {
  const auto now = clock().now();
  auto& failures = histories_[m.path].failures;
  while (!failures.empty() && now - failures.front() > settings_.window)
    failures.pop_front();
  failures.push_back(now);
  const auto count = static_cast<int>(failures.size());
  if (count >= settings_.failures_to_quarantine) {
    spdlog::error("actor_quarantined path={} failures={} error={}", m.path, count, m.error);
    tell(m.path, messages::quarantine_actor{});
    return;
  }
  const auto delay = std::min(settings_.longest_delay, settings_.first_delay * (1 << (count - 1)));
  spdlog::warn("actor_failed path={} failures={} restart_in_ms={} error={}", m.path, count, delay.count(), m.error);
  delayed_send(this, delay, messages::restart_due{m.path});
}

template <class Message>
void guardian::tell(const std::string& path, Message message) {
  if (const auto target = where().registry->find(path)) // what it is, nobody knows here: send() takes typed actors only
    target->enqueue(ctrl(), caf::make_message_id(), caf::make_message(std::move(message)), context());
}

} // namespace actors
