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

TEST_F(RunSupervisor, an_agent_keeps_to_its_own_limit_which_may_change) {
  agent_limits = {{"a1", 1}};
  start_supervisor({.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 0});
  for (int i = 0; i < 4; ++i)
    queue(agent_run("r" + std::to_string(i), "/slow 20 one two"));
  auto other = agent_run("other", "/say hi");
  other.agent_id = "a2";
  queue(other);
  advance(10ms);
  EXPECT_THAT(started, testing::ElementsAre("r0", "other"));
  ASSERT_EQ(queue_now().at_limit.size(), 1U);
  EXPECT_EQ(queue_now().at_limit[0].limit, 1);
  EXPECT_EQ(queue_now().queued, 3);
  agent_limits = {{"a1", 2}};
  self->send(supervisor, messages::agents_changed{});
  drain();
  advance(10ms);
  EXPECT_THAT(started, testing::ElementsAre("r0", "other", "r1"));
  agent_limits.clear();
  self->send(supervisor, messages::agents_changed{});
  drain();
  advance(10ms);
  EXPECT_EQ(started.size(), 5U);
}

TEST_F(RunSupervisor, stopping_a_queued_run_of_a_limited_agent_leaves_the_others_in_the_queue) {
  agent_limits = {{"a1", 1}};
  start_supervisor({.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 0});
  for (int i = 0; i < 3; ++i)
    queue(agent_run("r" + std::to_string(i), "/slow 2 one two"));
  EXPECT_TRUE(ask<messages::done>(supervisor, messages::stop_run{"r1"}));
  EXPECT_EQ(queue_now().queued, 1);
  advance(3s);
  advance(3s);
  EXPECT_THAT(started, testing::ElementsAre("r0", "r2"));
}

TEST_F(RunSupervisor, the_hours_starts_are_read_again_when_the_limit_changes) {
  start_supervisor({.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 0});
  for (int i = 0; i < 3; ++i)
    queue(agent_run("r" + std::to_string(i), "/say hi"));
  advance(1s);
  ASSERT_EQ(started.size(), 3U);
  autonomous_starts.assign(3, clock->now());
  self->send(supervisor, messages::set_run_limits{.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 3});
  drain();
  queue(agent_run("r3", "/say hi"));
  advance(1s);
  EXPECT_EQ(started.size(), 3U) << "those begun without a limit count";
  EXPECT_THAT(queue_now().why_autonomous, testing::HasSubstr("3 autonomous runs an hour"));
  EXPECT_TRUE(queue_now().why_interactive.empty());
  self->send(supervisor, messages::set_run_limits{.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 4});
  drain();
  advance(10ms);
  EXPECT_EQ(started.size(), 4U);
}

TEST_F(RunSupervisor, a_free_place_goes_to_whom_has_the_fewest) {
  start_supervisor({.max_concurrent_runs = 3, .max_autonomous_runs_per_hour = 0});
  for (int i = 0; i < 6; ++i)
    queue(agent_run("a" + std::to_string(i), "/slow 100 one two", "anna"));
  for (int i = 0; i < 3; ++i)
    queue(agent_run("b" + std::to_string(i), "/slow 100 one two", "bert"));
  EXPECT_THAT(started, testing::ElementsAre("a0", "a1", "a2"));
  for (const auto* id : {"a0", "a1"}) {
    ask<messages::done>(supervisor, messages::stop_run{id});
    drain();
  }
  EXPECT_EQ(started.at(3), "b0");
  EXPECT_THAT(started, testing::Contains("a3")) << "one each: then it is in turn";
}

TEST_F(RunSupervisor, a_run_that_works_for_too_long_is_ended_waiting_not_counted) {
  start_supervisor({.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 0, .max_run_minutes = 2});
  queue(chat_turn("asks", "/tool filesystem {\"action\":\"write\",\"path\":\"a\",\"content\":\"x\"}\n/say done"));
  auto slow = agent_run("slow", "/slow 600 one two");
  queue(slow);
  advance(1min);
  EXPECT_EQ(state_of("slow"), run_state::running);
  ask<messages::done>(supervisor, messages::pause_engine{});
  advance(5min);
  EXPECT_EQ(state_of("slow"), run_state::running) << "paused time does not count";
  ask<messages::done>(supervisor, messages::resume_engine{});
  advance(50s);
  EXPECT_EQ(state_of("slow"), run_state::running);
  advance(11s);
  EXPECT_EQ(state_of("slow"), run_state::error);
  EXPECT_EQ(changes.at("slow").error, "The run worked for 2 minutes, which is its limit.");
  EXPECT_EQ(state_of("asks"), run_state::waiting) << "it waits for a person";
}

TEST_F(RunSupervisor, work_before_a_crash_counts) {
  auto left = claim(agent_run("r1", "/slow 600 one two"));
  left.run.attempts = 2;
  left.run.queued_at = clock->now() - 1h;
  records::step_record step;
  step.run_id = "r1";
  step.seq = 1;
  step.kind = records::step_kind::tool;
  step.name = "time";
  step.state = records::step_state::done;
  step.request = boost::json::object{{"call_id", "x"}, {"arguments", boost::json::object{}}};
  step.response = boost::json::object{{"success", true}};
  step.started_at = clock->now() - 30min;
  step.ended_at = clock->now() - 29min;
  left.steps.push_back(step);
  to_recover.push_back(left);
  start_supervisor({.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 0, .max_run_minutes = 2});
  advance(50s);
  EXPECT_EQ(state_of("r1"), run_state::running);
  advance(11s);
  EXPECT_EQ(state_of("r1"), run_state::error);
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

TEST_F(RunSupervisor, a_run_that_fails_inside_the_server_goes_on_and_is_put_aside_the_third_time) {
  listened->add("queue");
  start_supervisor({.max_concurrent_runs = 1, .max_autonomous_runs_per_hour = 0});
  queue(chat_turn("r1", "/slow 100 one two"));
  const auto crash = [&] {
    caf::anon_send(caf::actor_cast<caf::actor>(tree.registry->find("/runs/run/r1")), messages::crash{"to see it"});
    drain();
  };
  crash();
  EXPECT_EQ(state_of("r1"), run_state::running);
  advance(300ms);
  ASSERT_TRUE(tree.registry->find("/runs/run/r1")) << "it goes on";
  crash();
  advance(1s);
  crash();
  EXPECT_EQ(state_of("r1"), run_state::error);
  EXPECT_EQ(changes.at("r1").error,
            "The run was put aside after it failed inside the server 3 times: crash: to see it");
  EXPECT_EQ(notes.back(), "error r1");
  EXPECT_EQ(event_names().back(), "error");
  queue(chat_turn("r2", "/say hi"));
  advance(1s);
  EXPECT_EQ(state_of("r2"), run_state::success) << "everything else lives";
}

TEST_F(RunSupervisor, a_run_between_its_failure_and_its_next_try_can_be_stopped) {
  start_supervisor({.max_concurrent_runs = 1, .max_autonomous_runs_per_hour = 0});
  queue(chat_turn("r1", "/slow 100 one two"));
  caf::anon_send(caf::actor_cast<caf::actor>(tree.registry->find("/runs/run/r1")), messages::crash{"to see it"});
  drain();
  EXPECT_TRUE(ask<messages::done>(supervisor, messages::stop_run{"r1"}));
  advance(300ms);
  EXPECT_EQ(state_of("r1"), run_state::stopped);
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
