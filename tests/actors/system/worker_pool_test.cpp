#include "actors/outbound/blocking_pool.hpp"

#include "tests/support/actor_fixture.hpp"

#include <latch>

namespace {

using namespace std::chrono_literals;

// Workers are detached: real time, and a latch in place of a sleep.
TEST(WorkerPool, refuses_what_its_queue_cannot_hold_and_carries_out_the_rest) {
  support::actor_fixture::config cfg;
  cfg.set("scheduler.policy", caf::atom("sharing"));
  caf::actor_system sys{cfg};
  actors::tree tree{std::make_shared<engine::registry>(), {}};
  const auto pool = actors::spawn_blocking_pool(sys, tree, "/test/pool", {2, 3});
  caf::scoped_actor self{sys};
  const auto gate = std::make_shared<std::latch>(1);
  const messages::blocking_job job{"wait", [gate]() -> std::any {
                                     gate->wait();
                                     return 1;
                                   }};
  using pending = decltype(self->request(pool, caf::infinite, job));
  std::vector<pending> answers;
  for (int i = 0; i < 10; ++i) // 2 run, 3 wait, 5 are refused
    answers.push_back(self->request(pool, caf::infinite, job));
  int refused = 0;
  int done = 0;
  for (int i = 9; i >= 0; --i) {
    if (i == 4)
      gate->count_down();
    answers[static_cast<std::size_t>(i)].receive([&](const messages::blocking_result&) { ++done; },
                                                 [&](const caf::error& e) {
                                                   EXPECT_EQ(messages::to_failure(e).code, base::errc::overloaded);
                                                   ++refused;
                                                 });
  }
  EXPECT_EQ(done, 5);
  EXPECT_EQ(refused, 5);
  self->send_exit(pool, caf::exit_reason::user_shutdown);
}

} // namespace
