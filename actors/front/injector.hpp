#pragma once

#include "actors/front/sighting.hpp"
#include "actors/system/tree.hpp"
#include "base/clock.hpp"
#include "engine/listeners.hpp"
#include "messages/injectable.hpp"
#include "messages/injection.hpp"
#include "messages/journal.hpp"

#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace actors {

struct injector_settings {
  std::size_t max_sessions = 4;                 ///< scripts at once
  std::chrono::seconds idle{120};               ///< a script that nobody continues is ended after this time
  std::chrono::seconds answer_time{10};         ///< how long an injected message may take to be answered
  std::chrono::milliseconds max_within{60'000}; ///< how long an expectation may wait
  sighting_limits remembered;                   ///< of each script
};

/// Sends the messages of scripts to actors, on behalf of the admin who runs the script, and remembers what watched actors
/// send, so that a script can say what it expects. Each message has its audit row before it is sent.
class injector : public engine::observed<messages::injector_actor::base> {
public:
  injector(caf::actor_config& cfg, engine::place at, messages::journal_actor journal,
           std::shared_ptr<engine::listeners> listened, base::clock_ptr clock, injector_settings settings = {});
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  using outcome = messages::injection_outcome;
  using reply = caf::typed_response_promise<outcome>;

  struct session {
    messages::injecting_user by;
    std::vector<std::string> watch;
    sightings seen;
    std::uint64_t lost_before = 0; ///< messages that the tap had lost when the script began
    caf::actor_clock::time_point last_used;
    std::optional<messages::expect_message> expected; ///< what the script waits for
    reply answer;                                     ///< to that expectation
    std::uint64_t number = 0;                         ///< of that expectation
  };

  void restarted() override;
  caf::result<messages::injection_begun> begin(messages::begin_injection& m);
  caf::result<outcome> inject(const messages::inject_message& m);
  void audited(const caf::actor& target, const std::string& path, const std::string& type, caf::message content,
               reply answer);
  caf::result<outcome> expect(messages::expect_message& m);
  void disappoint(std::uint64_t number);
  void look(const messages::message_seen& m);
  void end(const std::string& id);
  void sweep();
  void watch();
  session* find(const std::string& id);

  messages::journal_actor journal_;
  std::shared_ptr<engine::listeners> listened_; ///< while a script goes on, the injector listens to `queue`
  base::clock_ptr clock_;
  injector_settings settings_;
  std::map<std::string, session> sessions_; ///< at most max_sessions
  std::uint64_t last_expectation_ = 0;
  bool sweeping_ = false; ///< the tick is on its way
};

} // namespace actors
