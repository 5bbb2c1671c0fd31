#pragma once

#include "actors/system/tree.hpp"
#include "engine/event_queue.hpp"
#include "engine/listeners.hpp"
#include "messages/events.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace actors {

struct event_hub_settings {
  std::size_t max_topic_bytes = 256 * 1024; ///< kept for late listeners; older events are dropped
  std::chrono::minutes keep_after_turn{5};
  std::chrono::seconds sweep_every{30};
  std::string epoch; ///< makes the ids of this server run unlike those of any other
};

/// Numbers events and hands them to whoever listens; keeps those of a conversation so that a dropped connection goes on
/// where it was. Ids are `EPOCH-NUMBER`, the number growing over all topics.
class event_hub : public engine::observed<messages::event_hub_actor::base> {
public:
  event_hub(caf::actor_config& cfg, engine::place at, std::shared_ptr<engine::listeners> listened,
            event_hub_settings settings);
  behavior_type make_behavior() override;

private:
  struct kept_event {
    std::uint64_t number = 0;
    std::string name;
    std::string data;
  };
  struct topic {
    std::vector<std::shared_ptr<engine::event_queue>> queues;
    std::deque<kept_event> kept; ///< at most max_topic_bytes
    std::size_t kept_bytes = 0;
    std::uint64_t floor = 0;      ///< events up to this number are not kept
    std::uint64_t newest = 0;     ///< the last one published, or floor
    std::uint64_t turn_floor = 0; ///< the number before the turn's first event
    std::optional<messages::partial_turn> turn;
    caf::actor_clock::time_point last_used;
  };

  void restarted() override;
  topic& open(const std::string& name);
  void publish(const messages::publish& m);
  template <class Note>
  void publish_note(const char* name, const Note& note);
  void keep(topic& t, std::uint64_t number, const messages::publish& m);
  void subscribe(const messages::subscribe& m);
  void sweep();
  [[nodiscard]] std::string id_of(std::uint64_t number) const;
  [[nodiscard]] std::optional<std::uint64_t> number_of(const std::string& id) const;

  std::shared_ptr<engine::listeners> listened_;
  event_hub_settings settings_;
  std::uint64_t last_number_ = 0;
  std::map<std::string, topic> topics_; ///< those with listeners or used in the last minutes
};

} // namespace actors
