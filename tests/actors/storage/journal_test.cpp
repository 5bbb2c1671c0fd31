#include "actors/storage/journal.hpp"

#include "tests/support/actor_fixture.hpp"

namespace {

using records::run_priority;

/// A writer, for both connections, that finishes a transaction when the test says so. The store is never touched: what a batch does to the
/// database is tested on a real one in tests/storage.
struct Journal : support::actor_fixture {
  /// The writer, which also takes the errc that the oldest transaction under way ends with.
  using told_writer = actors::journal_writer_actor::extend<caf::reacts_to<std::uint8_t>>;

  Journal() {
    writer = sys.spawn([this](told_writer::pointer me) -> told_writer::behavior_type {
      return {[this, me](const actors::journal_work& work) {
                works.push_back(work.name);
                open.push_back(work.name);
                promises.push_back(me->make_response_promise<actors::journal_work_done>());
                return promises.back();
              },
              [this](std::uint8_t code) {
                auto promise = promises.front();
                promises.erase(promises.begin());
                open.erase(open.begin());
                promise.deliver(messages::to_error({static_cast<base::errc>(code), "as the test says"}));
              }};
    });
  }
  ~Journal() override {
    end(journal);
    end(writer);
    promises.clear();
  }
  void start() {
    journal
      = sys.spawn<actors::journal>(tree.at("/storage/journal", "journal"), actors::journal_writers{writer, writer},
                                   clock, metrics, std::make_shared<engine::listeners>(), settings);
  }
  /// The outcome of a delivery, once there is one.
  std::shared_ptr<std::optional<base::errc>> deliver(const std::string& owner = "u1") {
    auto outcome = std::make_shared<std::optional<base::errc>>();
    messages::accept_event m;
    m.run.run.id = "r";
    m.run.run.owner_user_id = owner;
    m.tell = [outcome](const base::result<records::queued_run>& r) { *outcome = r ? base::errc{} : r.error().code; };
    self->send(journal, std::move(m));
    drain();
    return outcome;
  }
  void finish_with(base::errc code) {
    self->send(writer, static_cast<std::uint8_t>(code));
    drain();
  }

  actors::journal_settings settings;
  engine::metrics metrics;
  told_writer writer;
  messages::journal_actor journal;
  std::vector<std::string> works; ///< all that were begun
  std::vector<std::string> open;  ///< under way
  std::vector<caf::typed_response_promise<actors::journal_work_done>> promises;
};

TEST_F(Journal, deliveries_beyond_the_intake_queue_are_overloaded_at_once) {
  settings.max_batch = 1;
  settings.max_intake = 3;
  settings.max_queued_runs = 0;
  start();
  for (int i = 0; i < 4; ++i) // one under way, three wait
    EXPECT_FALSE(*deliver());
  EXPECT_EQ(*deliver(), base::errc::overloaded);
  finish_with(base::errc::invalid);
  EXPECT_FALSE(*deliver()) << "there is room again";
}

TEST_F(Journal, an_owner_s_full_queue_takes_nothing_and_others_are_not_affected) {
  settings.max_queued_runs = 2;
  settings.queued = {{"u1", 1}};
  start();
  EXPECT_FALSE(*deliver("u1"));
  EXPECT_EQ(*deliver("u1"), base::errc::overloaded);
  EXPECT_FALSE(*deliver("u2"));
  finish_with(base::errc::invalid); // what was not stored does not count
  EXPECT_FALSE(*deliver("u1"));
}

TEST_F(Journal, a_full_queue_takes_no_copy_of_a_run_but_the_sub_agents_of_one_that_goes_on) {
  settings.max_queued_runs = 1;
  start();
  EXPECT_FALSE(*deliver("u1"));
  messages::write_run copy;
  copy.write.queued.emplace_back().owner_user_id = "u1";
  const auto refused = ask<messages::done>(journal, copy);
  ASSERT_FALSE(refused);
  EXPECT_EQ(messages::to_failure(refused.error()).code, base::errc::overloaded);
  copy.write.queued.front().parent_run_id = "r";
  self->send(journal, copy);
  drain();
  EXPECT_EQ(works, (std::vector<std::string>{"queue", "write_children"}));
  finish_with(base::errc::invalid); // neither was stored: there is room again
  finish_with(base::errc::invalid);
  EXPECT_FALSE(*deliver("u1"));
}

TEST_F(Journal, writes_beyond_their_queue_are_overloaded) {
  settings.max_batch = 1;
  settings.max_writes = 2;
  start();
  for (int i = 0; i < 3; ++i) // one under way, two wait
    self->send(journal, messages::write_run{});
  const auto fourth = ask<messages::done>(journal, messages::write_run{});
  ASSERT_FALSE(fourth);
  EXPECT_EQ(messages::to_failure(fourth.error()).code, base::errc::overloaded);
}

TEST_F(Journal, what_arrives_during_a_commit_goes_into_one_transaction) {
  settings.max_queued_runs = 0;
  start();
  for (int i = 0; i < 10; ++i)
    deliver();
  EXPECT_EQ(works.size(), 1U);
  finish_with(base::errc::invalid);
  EXPECT_EQ(works.size(), 2U) << "the other nine together";
}

TEST_F(Journal, new_runs_do_not_wait_behind_what_runs_write) {
  start();
  self->send(journal, messages::write_run{});
  self->send(journal, messages::claim_runs{"u1", run_priority::autonomous, 1});
  deliver();
  EXPECT_EQ(works, (std::vector<std::string>{"write_audit", "queue"})) << "each on its own connection";
}

TEST_F(Journal, claims_and_writes_take_turns_so_that_neither_waits_for_ever) {
  settings.max_batch = 1;
  start();
  for (int i = 0; i < 3; ++i)
    self->send(journal, messages::write_run{});
  for (int i = 0; i < 2; ++i)
    self->send(journal, messages::claim_runs{"u1", run_priority::interactive, 1});
  drain();
  while (!promises.empty())
    finish_with(base::errc::invalid);
  EXPECT_EQ(works, (std::vector<std::string>{"write_audit", "claim", "write_audit", "claim", "write_audit"}));
}

/// Under load a person's 202 comes first: the runs wait in the durable queue anyway.
TEST_F(Journal, while_deliveries_press_autonomous_runs_are_claimed_only_now_and_then) {
  settings.max_queued_runs = 0;
  settings.max_batch = 4;
  settings.pressure = 4;
  start();
  const auto claim = [this](run_priority priority) {
    self->send(journal, messages::claim_runs{"u1", priority, 1});
    drain();
  };
  const auto commit = [this](const char* what) { // of the oldest under way, which is that
    ASSERT_FALSE(open.empty());
    EXPECT_EQ(open.front(), what);
    finish_with(base::errc::invalid);
  };
  for (int i = 0; i < 13; ++i) // one under way, then 4, 4, 4
    deliver();
  commit("queue");
  claim(run_priority::autonomous);
  EXPECT_EQ(works.back(), "claim") << "the first comes at once";
  commit("queue"); // 4 wait behind the next 4
  commit("claim");
  claim(run_priority::autonomous);
  EXPECT_NE(works.back(), "claim");
  claim(run_priority::interactive);
  EXPECT_EQ(works.back(), "claim") << "a person does not wait";
  for (int i = 0; i < 4; ++i)
    deliver();
  advance(settings.claim_pause);
  commit("queue");
  commit("claim");
  EXPECT_EQ(std::ranges::count(works, "claim"), 3) << "the pause is over";
  claim(run_priority::autonomous);
  commit("queue");
  commit("claim");
  EXPECT_EQ(std::ranges::count(works, "claim"), 3);
  commit("queue"); // nothing waits behind it
  EXPECT_EQ(std::ranges::count(works, "claim"), 4) << "the pressure is gone";
}

TEST_F(Journal, a_failed_transaction_is_told_to_everybody_who_waited_for_it) {
  settings.max_queued_runs = 0;
  start();
  const auto first = deliver();
  const auto second = deliver();
  finish_with(base::errc::unavailable);
  finish_with(base::errc::unavailable);
  EXPECT_EQ(*first, base::errc::unavailable);
  EXPECT_EQ(*second, base::errc::unavailable);
}

} // namespace
