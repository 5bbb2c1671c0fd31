#pragma once

#include "actors/system/tree.hpp"
#include "engine/listeners.hpp"
#include "messages/events.hpp"
#include "messages/monitor.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace actors {

/// Reads the figures of all actors twice a second while somebody looks, and not otherwise, and publishes the rows that
/// changed. An actor that is gone comes once more, as `{path, state: "ended"}`.
class monitor : public engine::observed<messages::monitor_actor::base> {
public:
  monitor(caf::actor_config& cfg, engine::place at, messages::event_hub_actor hub,
          std::shared_ptr<const engine::listeners> listened,
          std::chrono::milliseconds every = std::chrono::milliseconds{500});
  behavior_type make_behavior() override;

private:
  void restarted() override;
  void look();

  messages::event_hub_actor hub_;
  std::shared_ptr<const engine::listeners> listened_;
  std::chrono::milliseconds every_;
  std::map<std::string, std::string> shown_; ///< path and its row as last published, without its age
};

} // namespace actors
