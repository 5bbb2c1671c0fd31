#pragma once

#include "engine/observed.hpp"
#include "messages/guardian.hpp"

#include <chrono>
#include <deque>
#include <map>

namespace actors {

struct guardian_settings {
  std::chrono::milliseconds first_delay{100}; ///< doubles with each failure within the window
  std::chrono::milliseconds longest_delay{60'000};
  int failures_to_quarantine = 5; ///< within `window`
  std::chrono::seconds window{60};
};

/// Decides when a failed actor starts afresh: back-off from 0.1 s to 60 s, and quarantine after five failures in a
/// minute. The actors keep their address and mailbox meanwhile, see engine::observed.
class guardian : public engine::observed<messages::guardian_actor::base> {
public:
  guardian(caf::actor_config& cfg, engine::place at, guardian_settings settings = {});
  behavior_type make_behavior() override;

private:
  struct history {
    std::deque<caf::actor_clock::time_point> failures; ///< within the window; at most failures_to_quarantine
  };
  void failed(const messages::actor_failed& m);
  template <class Message>
  void tell(const std::string& path, Message message);

  guardian_settings settings_;
  std::map<std::string, history> histories_; ///< only of actors that live as long as the server: bounded by the tree
};

} // namespace actors
