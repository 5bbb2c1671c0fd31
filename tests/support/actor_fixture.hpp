#pragma once

#include "actors/system/tree.hpp"
#include "base/clock.hpp"
#include "messages/schema.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace support {

/// A clock that a test turns.
class hand_clock : public base::clock {
public:
  [[nodiscard]] base::timestamp now() const override { return now_; }
  void advance(std::chrono::milliseconds d) { now_ += d; }

private:
  base::timestamp now_{std::chrono::hours{24 * 365 * 50}};
};

/// Actors in virtual time: nothing runs but in drain(), and hours pass in advance().
struct actor_fixture : ::testing::Test {
  struct config : caf::actor_system_config {
    config() {
      messages::register_all(*this);
      set("scheduler.policy", caf::atom("testing"));
    }
  };

  void drain() {
    while (sched.try_run_once()) {
    }
  }
  /// Lets `d` pass on the actors' clock and on the wall clock: each tick is handled at its own time, those that it asks
  /// for within `d` too.
  void advance(std::chrono::milliseconds d) {
    drain();
    while (d.count() > 0) {
      const auto step = std::min(d, until_next_tick());
      clock->advance(step);
      sched.advance_time(caf::timespan{step});
      drain();
      d -= step;
    }
  }
  /// Asks and delivers everything that waits; the answer must be there then.
  template <class T, class Handle, class Message>
  caf::expected<T> ask(const Handle& to, Message message) {
    auto pending = self->request(to, caf::infinite, std::move(message));
    drain();
    caf::expected<T> out{caf::sec::request_timeout};
    pending.receive([&](T& x) { out = std::move(x); }, [&](caf::error& e) { out = std::move(e); });
    return out;
  }
  template <class Handle>
  void end(const Handle& actor) {
    self->send_exit(actor, caf::exit_reason::user_shutdown);
    drain();
  }

private:
  /// At least a millisecond, as the wall clock has no finer steps.
  [[nodiscard]] std::chrono::milliseconds until_next_tick() {
    const auto& ticks = sched.clock().schedule();
    if (ticks.empty())
      return std::chrono::milliseconds::max();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(ticks.begin()->first - sched.clock().now());
    return std::max(left, std::chrono::milliseconds{1});
  }

public:
  config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched = dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  caf::scoped_actor self{sys};
  std::shared_ptr<hand_clock> clock = std::make_shared<hand_clock>();
  actors::tree tree{std::make_shared<engine::registry>(), {}};
};

} // namespace support
