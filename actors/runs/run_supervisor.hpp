#pragma once

#include "actors/runs/admission.hpp"
#include "actors/runs/run_services.hpp"
#include "messages/runs.hpp"

#include <caf/actor_clock.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

namespace actors {

struct run_supervisor_settings {
  messages::set_run_limits limits;
  std::vector<records::queue_count> queued;       ///< what is in the queue when the server starts
  std::vector<base::timestamp> autonomous_starts; ///< within the last hour, oldest first
  std::vector<records::agent_limit> agent_limits; ///< of the agents that have one
  /// Runs that live at once where max_concurrent_runs is 0: enough to keep two cores busy, and little memory. While its
  /// runs only wait (for slow models), it widens step by step up to widest_window.
  std::size_t window = 512;
  std::size_t widest_window = 16'384;
  std::size_t claim = 256; ///< runs taken from the queue at once
  /// Without limits, the least time between two claims of autonomous runs: what is queued one by one is claimed, and then
  /// written, together.
  std::chrono::milliseconds claim_spacing{5};
  /// Stores the kill switch in the database.
  std::function<messages::db_job(bool paused)> store_paused;
};

/// Decides which run goes on when: at most so many at once, so many autonomous ones an hour, in the order that `admission`
/// says, none while the engine is paused; and ends those that work for too long. The queue itself is in the database;
/// this actor knows its lengths.
class run_supervisor : public engine::observed<messages::run_supervisor_actor::base> {
public:
  run_supervisor(caf::actor_config& cfg, engine::place at, std::shared_ptr<const run_services> services,
                 messages::db_pool_actor db, std::shared_ptr<std::atomic<bool>> paused, engine::metrics& metrics,
                 run_supervisor_settings settings);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct live_run {
    messages::agent_run_actor actor;
    std::string agent_id;
    std::string limited_as; ///< the agent whose limit it keeps to, see records::agent_of
    std::string owner;
    std::string conversation_id;
    std::string parent_run_id = {};             ///< the run that waits for it
    bool holds_place = true;                    ///< false while it waits for a person or for other runs
    base::timestamp::duration worked{};         ///< before `works_since`
    std::optional<base::timestamp> works_since; ///< empty while it waits or everything is paused
  };

  /// A run whose actor failed, between the failure and its next try.
  struct crashed_run {
    std::string agent_id;
    std::string conversation_id;
    std::string parent_run_id;
    std::string why;
    bool stop = false; ///< somebody wants it stopped
  };

  void restarted() override;
  void recover(const std::string& after);
  void fill();
  void tick(std::chrono::milliseconds after);
  void watch_window();
  void widen_window();
  [[nodiscard]] std::int64_t free_places() const;
  [[nodiscard]] std::int64_t hourly_allowance();
  [[nodiscard]] std::optional<admission::choice> choose();
  void claimed(const admission::choice& choice, messages::claimed_runs& runs);
  void spawn_run(records::claimed_run run);
  /// Tells who listens to the queue, the injector among them; nothing else is done for it when nobody does.
  template <class Note>
  void note(const Note& what) {
    if (services_->listened->has("queue"))
      send(services_->hub, what);
  }
  void remove(const std::string& run_id);
  void set_limits(const messages::set_run_limits& limits);
  void read_agent_limits();
  void read_starts();
  // run_times.cpp
  [[nodiscard]] base::timestamp::duration time_left(const live_run& run) const;
  void begin_work(live_run& run);
  void end_work(live_run& run);
  void watch_times();
  void lost(const caf::down_msg& m);
  // run_crashes.cpp
  void crashed(const std::string& run_id, std::string why);
  void take_up(const std::string& run_id);
  void put_aside(const std::string& run_id, const crashed_run& run);
  void tell_listeners(const messages::run_finished& end, const std::string& conversation_id);
  caf::result<messages::done> try_again(const messages::try_run_again& m);
  void tell_parent(const std::string& parent_run_id, const std::string& run_id);
  caf::result<messages::run_queued> start_agent(const messages::start_run& m);
  caf::result<messages::run_queued> copy(const messages::copy_run& m); // run_copies.cpp
  // start_turn.cpp
  caf::result<messages::run_queued> start_turn(messages::start_chat_turn m,
                                               std::optional<records::trigger_event> event = {},
                                               boost::json::value reply_to = nullptr);
  void tell_said(const records::new_run& run);

  void queue(records::new_run run, caf::typed_response_promise<messages::run_queued> reply);
  caf::result<messages::done> stop(const std::string& run_id);
  caf::result<messages::done> set_paused(bool paused);
  void store_paused();
  caf::result<messages::done> stop_turn(const std::string& conversation_id);
  caf::result<messages::done> drain();
  [[nodiscard]] messages::queue_state state() const;

  std::shared_ptr<const run_services> services_;
  messages::db_pool_actor db_;
  std::shared_ptr<std::atomic<bool>> paused_;
  run_supervisor_settings settings_;
  engine::counter& running_gauge_;
  engine::counter& queued_gauge_;
  std::array<engine::counter*, 6> ended_{}; ///< by run_state

  admission admission_;
  std::unordered_map<std::string, live_run> live_;
  std::unordered_map<caf::actor_id, std::string> run_of_actor_;
  std::map<std::string, crashed_run> crashed_; ///< by id
  std::deque<std::string> returning_;          ///< runs that waited for a person or for other runs and want a place
  std::deque<base::timestamp> starts_;         ///< autonomous runs begun in the last hour; at most the hourly limit
  bool starts_known_ = true; ///< false: the limit was another before, so that they are to be read anew
  bool reading_starts_ = false;
  bool claiming_ = false;
  bool draining_ = false; ///< the server stops
  bool storing_ = false;  ///< the kill switch is on its way into the database
  std::vector<caf::typed_response_promise<messages::done>>
    pause_replies_; ///< told when the database has its newest value
  bool recovering_ = true;
  bool tick_pending_ = false;
  bool watching_times_ = false;               ///< look_at_run_times is on its way
  caf::actor_clock::time_point next_claim_{}; ///< as `run_supervisor_settings::claim_spacing` says
  std::size_t window_;                        ///< as wide as it is now
  std::size_t ended_since_full_ = 0;          ///< runs that ended since the window was found full
  bool widening_ = false;                     ///< widen_window is on its way
};

} // namespace actors
