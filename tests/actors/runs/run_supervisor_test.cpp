#include "tests/actors/runs/run_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using records::run_state;

struct RunSupervisor : support::run_fixture {
  messages::queue_state queue_now() { return *ask<messages::queue_state>(supervisor, messages::get_queue{}); }
};

TEST_F(RunSupervisor, starts_no_more_at_once_than_the_limit) {
  start_supervisor({.max_concurrent_runs = 2, .max_autonomous_runs_per_hour = 0});
  for (int i = 0; i < 5; ++i)
    queue(chat_turn("r" + std::to_string(i), "/slow 10 one two"));
  EXPECT_EQ(started, (std::vector<std::string>{"r0", "r1"}));
  EXPECT_EQ(queue_now().queued, 3);
  EXPECT_EQ(queue_now().why_interactive, "All 2 places are taken.");
  advance(5s);
  advance(5s);
  EXPECT_EQ(started.size(), 4U);
}

TEST_F(RunSupervisor, queues_beyond_the_hourly_limit_and_goes_on_when_the_hour_has_passed) {
  start_supervisor({.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 2});
  for (int i = 0; i < 3; ++i)
    queue(agent_run("r" + std::to_string(i), "/say hi"));
  EXPECT_EQ(started.size(), 2U);
  EXPECT_THAT(queue_now().why_autonomous, testing::HasSubstr("2 autonomous runs an hour"));
  advance(59min);
  EXPECT_EQ(started.size(), 2U);
  advance(2min);
  EXPECT_EQ(started.size(), 3U);
}

TEST_F(RunSupervisor, interactive_runs_do_not_count_for_the_hourly_limit) {
  start_supervisor({.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 1});
  for (int i = 0; i < 3; ++i)
    queue(agent_run("r" + std::to_string(i), "/say hi", "u1", records::run_priority::interactive));
  EXPECT_EQ(started.size(), 3U);
}

TEST_F(RunSupervisor, takes_interactive_runs_first_and_owners_in_turn) {
  paused->store(true);
  start_supervisor({.max_concurrent_runs = 1, .max_autonomous_runs_per_hour = 0});
  for (const auto* id : {"a1", "a2", "a3"})
    queue(agent_run(id, "/say hi", "anna"));
  queue(agent_run("b1", "/say hi", "bert"));
  queue(chat_turn("chat", "/say hi"));
  EXPECT_TRUE(started.empty());
  ask<messages::done>(supervisor, messages::resume_engine{});
  advance(1s);
  EXPECT_EQ(started, (std::vector<std::string>{"chat", "a1", "b1", "a2", "a3"}));
}

TEST_F(RunSupervisor, while_paused_nothing_starts_and_no_further_call_is_made) {
  start_supervisor({.max_concurrent_runs = 3, .max_autonomous_runs_per_hour = 0});
  queue(chat_turn("r1", "/slow 2 a b\n/tool time {}\n/say end"));
  ask<messages::done>(supervisor, messages::pause_engine{});
  queue(chat_turn("r2", "/say hi"));
  advance(10s);
  EXPECT_EQ(started, std::vector<std::string>{"r1"});
  EXPECT_TRUE(tool_jobs.empty()) << "the tool call comes after the pause";
  EXPECT_EQ(queue_now().why_interactive, "Everything is paused.");
  ask<messages::done>(supervisor, messages::resume_engine{});
  advance(10s);
  EXPECT_EQ(tool_jobs.size(), 1U);
  EXPECT_EQ(state_of("r1"), run_state::success);
  EXPECT_EQ(state_of("r2"), run_state::success);
}

TEST_F(RunSupervisor, stops_a_queued_run_and_a_running_one) {
  start_supervisor({.max_concurrent_runs = 1, .max_autonomous_runs_per_hour = 0});
  queue(chat_turn("r1", "/slow 100 one two three"));
  queue(chat_turn("r2", "/say hi"));
  EXPECT_TRUE(ask<messages::done>(supervisor, messages::stop_run{"r2"}));
  EXPECT_TRUE(waiting.empty());
  EXPECT_TRUE(ask<messages::done>(supervisor, messages::stop_run{"r1"}));
  drain();
  EXPECT_EQ(state_of("r1"), run_state::stopped);
  const auto unknown = ask<messages::done>(supervisor, messages::stop_run{"r9"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(messages::to_failure(unknown.error()).code, base::errc::not_found);
}

TEST_F(RunSupervisor, a_run_that_waits_for_a_person_gives_its_place_away_and_asks_for_one_again) {
  start_supervisor({.max_concurrent_runs = 1, .max_autonomous_runs_per_hour = 0});
  queue(chat_turn("r1", "/tool filesystem {\"action\":\"write\",\"path\":\"a.txt\",\"content\":\"x\"}\n/say done"));
  advance(1s);
  EXPECT_EQ(state_of("r1"), run_state::waiting);
  queue(chat_turn("r2", "/slow 5 a b"));
  EXPECT_EQ(started.size(), 2U) << "its place is free";
  EXPECT_TRUE(ask<messages::done>(supervisor, messages::answer_confirmation{"c1", "call_1-1-r1", "u1", false, {}}));
  drain();
  EXPECT_EQ(state_of("r1"), run_state::waiting) << "r2 holds the only place";
  advance(3s);
  advance(3s);
  advance(3s);
  EXPECT_EQ(state_of("r2"), run_state::success);
  EXPECT_EQ(state_of("r1"), run_state::success);
}

TEST_F(RunSupervisor, takes_up_again_what_a_dead_server_left) {
  auto left = claim(agent_run("r1", "/say hi"));
  left.run.attempts = 2;
  to_recover.push_back(left);
  start_supervisor({.max_concurrent_runs = 1, .max_autonomous_runs_per_hour = 1});
  EXPECT_EQ(state_of("r1"), run_state::success);
}

TEST_F(RunSupervisor, without_a_limit_runs_that_only_wait_keep_no_others_waiting) {
  start_supervisor({.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 0});
  for (int i = 0; i < 1500; ++i) {
    auto run = chat_turn("r" + std::to_string(i), "/slow 600 one two");
    run.conversation_id = "c" + std::to_string(i);
    queue(std::move(run));
  }
  EXPECT_EQ(started.size(), 512U);
  advance(1s);
  EXPECT_EQ(started.size(), 1500U);
}

TEST_F(RunSupervisor, tells_the_hub_of_runs_while_somebody_listens_to_the_queue) {
  start_supervisor({.max_concurrent_runs = 1, .max_autonomous_runs_per_hour = 0});
  queue(chat_turn("r1", "/say hi"));
  advance(1s);
  EXPECT_TRUE(notes.empty()) << "nobody listens";
  listened->add("queue");
  queue(chat_turn("r2", "/slow 100 one two"));
  queue(chat_turn("r3", "/say hi"));
  ask<messages::done>(supervisor, messages::stop_run{"r3"});
  ask<messages::done>(supervisor, messages::stop_run{"r2"});
  advance(1s);
  EXPECT_THAT(notes, testing::ElementsAre("queued r2", "started r2", "queued r3", "stopped r3", "stopped r2"));
}

TEST_F(RunSupervisor, a_run_that_fails_inside_the_server_is_closed_and_told_of) {
  listened->add("queue");
  start_supervisor({.max_concurrent_runs = 1, .max_autonomous_runs_per_hour = 0});
  queue(chat_turn("r1", "/slow 100 one two"));
  caf::anon_send(caf::actor_cast<caf::actor>(tree.registry->find("/runs/run/r1")), messages::crash{"to see it"});
  drain();
  EXPECT_EQ(state_of("r1"), run_state::error);
  EXPECT_EQ(changes.at("r1").error, "The run failed inside the server: crash: to see it");
  EXPECT_THAT(notes, testing::ElementsAre("queued r1", "started r1", "error r1"));
  EXPECT_EQ(event_names().back(), "error");
  queue(chat_turn("r2", "/say hi"));
  advance(1s);
  EXPECT_EQ(state_of("r2"), run_state::success) << "its place is free";
}

TEST_F(RunSupervisor, without_limits_what_is_queued_one_by_one_is_claimed_together) {
  start_supervisor({.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 0});
  queue(agent_run("r1", "/say hi"));
  EXPECT_EQ(started.size(), 1U) << "the first at once";
  queue(agent_run("r2", "/say hi"));
  queue(agent_run("r3", "/say hi"));
  queue(chat_turn("r4", "/say hi"));
  EXPECT_EQ(started.size(), 2U) << "a person does not wait";
  advance(5ms);
  EXPECT_EQ(started.size(), 4U);
}

TEST_F(RunSupervisor, an_unlimited_number_of_runs_all_end) {
  start_supervisor({.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 0});
  for (int i = 0; i < 2000; ++i)
    queue(agent_run("r" + std::to_string(i), "/say hi"));
  EXPECT_EQ(started.size(), 1U) << "the others are claimed together";
  advance(1s);
  EXPECT_EQ(started.size(), 2000U);
  EXPECT_EQ(std::ranges::count(changes | std::views::values, run_state::success, &records::run_change::state), 2000);
  EXPECT_EQ(tree.registry->rows().size(), 3U) << "no run's actor is left";
}

} // namespace
