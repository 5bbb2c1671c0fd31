#include "engine/observed.hpp"

#include "actors/system/guardian.hpp"
#include "messages/db.hpp"
#include "tests/support/actor_fixture.hpp"

#include <thread>

namespace {

using namespace std::chrono_literals;
using support::actor_fixture;

/// Answers each job with what its work gives; fails on an empty one.
class worker : public engine::observed<messages::blocking_pool_actor::base> {
public:
  using observed::observed;
  behavior_type make_behavior() override {
    return {[this](const messages::blocking_job& job) -> messages::blocking_result {
      ++since_restart;
      if (!job.work)
        throw std::runtime_error("nothing to do");
      return {job.work()};
    }};
  }
  int since_restart = 0;

private:
  void restarted() override { since_restart = 0; }
};

struct Observed : actor_fixture {
  messages::guardian_actor spawn_guardian() {
    return sys.spawn<actors::guardian>(engine::place{tree.registry, "/guardian", "guardian", engine::lifetime::server, {}});
  }
  engine::actor_row row(const std::string& path) {
    for (auto& r : tree.registry->rows())
      if (r.path == path)
        return r;
    ADD_FAILURE() << "no actor at " << path;
    return {};
  }
  static messages::blocking_job fine(int value) {
    return {"fine", [value]() -> std::any { return value; }};
  }
  static messages::blocking_job failing() { return {"failing", {}}; }
};

TEST_F(Observed, counts_messages_and_mailbox_without_help_of_the_actor) {
  const auto a = sys.spawn<worker>(tree.at("/test/worker", "worker"));
  for (int i = 0; i < 5; ++i)
    self->send(a, fine(i));
  EXPECT_EQ(row("/test/worker").mailbox, 5);
  drain();
  const auto after = row("/test/worker");
  EXPECT_EQ(after.mailbox, 0);
  EXPECT_EQ(after.handled, 5U);
  EXPECT_EQ(after.last_message, "blocking_job");
  EXPECT_EQ(after.state, engine::actor_state::running);
  end(a);
  EXPECT_EQ(tree.registry->size(), 0U) << "an actor that ended has no row";
}

TEST_F(Observed, a_failed_actor_keeps_address_and_mailbox_and_starts_afresh_after_the_back_off) {
  tree.guardian = spawn_guardian();
  const auto a = sys.spawn<worker>(tree.at("/test/worker", "worker"));
  const auto failed = ask<messages::blocking_result>(a, failing());
  ASSERT_FALSE(failed);
  EXPECT_EQ(messages::to_failure(failed.error()).message, "nothing to do");
  EXPECT_EQ(row("/test/worker").state, engine::actor_state::restarting);
  auto waiting = self->request(a, caf::infinite, fine(7));
  drain();
  EXPECT_EQ(row("/test/worker").mailbox, 1) << "kept, not handled";
  advance(99ms);
  EXPECT_EQ(row("/test/worker").state, engine::actor_state::restarting);
  advance(1ms);
  EXPECT_EQ(row("/test/worker").state, engine::actor_state::running);
  EXPECT_EQ(row("/test/worker").restarts, 1U);
  EXPECT_EQ(row("/test/worker").last_error, "nothing to do");
  waiting.receive([](const messages::blocking_result& r) { EXPECT_EQ(std::any_cast<int>(r.value), 7); },
                  [](const caf::error&) { ADD_FAILURE() << "the message that waited was lost"; });
  end(a);
  end(tree.guardian);
}

TEST_F(Observed, the_back_off_doubles_and_five_failures_in_a_minute_are_quarantine) {
  tree.guardian = spawn_guardian();
  const auto a = sys.spawn<worker>(tree.at("/test/worker", "worker"));
  for (const auto delay : {100ms, 200ms, 400ms, 800ms}) {
    ask<messages::blocking_result>(a, failing());
    advance(delay - 1ms);
    EXPECT_EQ(row("/test/worker").state, engine::actor_state::restarting) << delay.count();
    advance(1ms);
    EXPECT_EQ(row("/test/worker").state, engine::actor_state::running) << delay.count();
  }
  ask<messages::blocking_result>(a, failing());
  EXPECT_EQ(row("/test/worker").state, engine::actor_state::quarantined);
  const auto refused = ask<messages::blocking_result>(a, fine(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(messages::to_failure(refused.error()).code, base::errc::unavailable);
  self->send(tree.guardian, messages::restart_now{"/test/worker"});
  drain();
  EXPECT_TRUE(ask<messages::blocking_result>(a, fine(1))) << "a person may start it again";
  end(a);
  end(tree.guardian);
}

TEST_F(Observed, crash_is_understood_by_every_actor_that_the_guardian_keeps) {
  tree.guardian = spawn_guardian();
  const auto a = sys.spawn<worker>(tree.at("/test/worker", "worker"));
  EXPECT_TRUE(ask<messages::blocking_result>(a, fine(1))) << "the request before is not answered once more";
  self->send(caf::actor_cast<caf::actor>(a), messages::crash{"to see it"});
  drain();
  EXPECT_EQ(row("/test/worker").last_error, "crash: to see it");
  advance(100ms);
  EXPECT_EQ(row("/test/worker").state, engine::actor_state::running);
  end(a);
  end(tree.guardian);
}

TEST_F(Observed, the_guardian_does_not_crash_as_nobody_would_start_it_again) {
  tree.guardian = spawn_guardian();
  const auto crashed = ask<messages::done>(caf::actor_cast<caf::actor>(tree.guardian), messages::crash{"to see it"});
  ASSERT_FALSE(crashed);
  EXPECT_EQ(messages::to_failure(crashed.error()).message, "/guardian does not take crash");
  EXPECT_EQ(row("/guardian").state, engine::actor_state::running);
  end(tree.guardian);
}

TEST_F(Observed, crash_ends_an_actor_that_lives_for_its_work) {
  const auto a = sys.spawn<worker>(tree.work("/test/worker/1", "worker"));
  self->monitor(a);
  self->send(caf::actor_cast<caf::actor>(a), messages::crash{"to see it"});
  drain();
  std::string why;
  self->receive([&](const caf::down_msg& m) { why = messages::to_failure(m.reason).message; }, caf::after(1s) >> [] {});
  EXPECT_EQ(why, "crash: to see it");
}

TEST_F(Observed, a_message_that_an_actor_has_no_handler_for_is_answered_with_its_name) {
  const auto a = sys.spawn<worker>(tree.at("/test/worker", "worker"));
  const auto refused = ask<messages::done>(caf::actor_cast<caf::actor>(a), messages::restart_now{"/x"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(messages::to_failure(refused.error()).code, base::errc::unsupported);
  EXPECT_EQ(messages::to_failure(refused.error()).message, "/test/worker does not take restart_now");
  end(a);
}

TEST_F(Observed, an_actor_that_lives_for_its_work_ends_when_it_fails) {
  const auto a = sys.spawn<worker>(tree.work("/test/worker/1", "worker"));
  self->monitor(a);
  ask<messages::blocking_result>(a, failing());
  bool down = false;
  self->receive([&](const caf::down_msg&) { down = true; }, caf::after(1s) >> [] {});
  EXPECT_TRUE(down);
  EXPECT_EQ(tree.registry->size(), 0U);
}

// In real time, on a system of its own: each tenth message takes 50 ms.
TEST(ObservedTimes, a_slow_tenth_shows_in_p99_and_not_in_p50) {
  actor_fixture::config cfg;
  cfg.set("scheduler.policy", caf::atom("sharing"));
  caf::actor_system sys{cfg};
  actors::tree tree{std::make_shared<engine::registry>(), {}};
  const auto a = sys.spawn<worker>(tree.at("/test/slow", "slow"));
  caf::scoped_actor self{sys};
  for (int i = 0; i < 400; ++i) {
    const bool slow = i % 10 == 0;
    self->request(a, caf::infinite, messages::blocking_job{"job", [slow]() -> std::any {
                    if (slow)
                      std::this_thread::sleep_for(50ms);
                    return 0;
                  }})
      .receive([](const messages::blocking_result&) {}, [](const caf::error&) { ADD_FAILURE(); });
  }
  const auto rows = tree.registry->rows();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_LT(rows[0].busy_ms.p50, 5);
  EXPECT_GE(rows[0].busy_ms.p99, 50);
  self->send_exit(a, caf::exit_reason::user_shutdown);
}

} // namespace
