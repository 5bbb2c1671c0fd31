#include "actors/runs/run_copies.hpp"

#include "tests/actors/runs/run_fixture.hpp"

namespace {

using records::step_kind;

/// A finished run: an answer with a call, its result, an answer.
struct RunCopies : support::run_fixture {
  static constexpr const char* old_id = "01900000-0000-7000-8000-00000000000a";
  static constexpr const char* new_id = "01900000-0000-7000-8000-00000000000b";
  actors::copyable_run from;

  RunCopies() {
    auto run = agent_run(old_id, "/tool filesystem {\"action\":\"delete\",\"path\":\"a\"}\n/say end");
    run.message = "/say more";
    run.trigger_event_id = "e1";
    run.definition.allowed_tools = std::vector<std::string>{"filesystem", "time"};
    from.run = run;
    records::agent_record agent;
    agent.id = "a1";
    agent.prompt = "/say newer";
    agent.model = "demo:scripted";
    agent.allowed_tools = std::vector<std::string>{"time"};
    from.agent = agent;
    from.steps = {step(1, step_kind::model), step(2, step_kind::tool), step(3, step_kind::model)};
    models::answer answer;
    answer.tool_calls = {{"call_1", "filesystem", {{"action", "delete"}, {"path", "a"}}}};
    answer.stop_reason = models::stop_reason::tool_use;
    answer.input_tokens = 100;
    answer.cost_usd = 1;
    from.steps[0].response = base::to_json(answer);
    from.steps[0].cost_usd = 1;
    from.steps[1].name = "filesystem";
    from.steps[1].request
      = {{"call_id", "call_1-1-00000000000a"}, {"arguments", {{"action", "delete"}}}, {"risk", "destructive"}};
    from.steps[1].response = {{"success", true}, {"data", "gone"}};
  }
  static records::step_record step(int seq, step_kind kind) {
    records::step_record s;
    s.run_id = old_id;
    s.seq = seq;
    s.kind = kind;
    s.state = records::step_state::done;
    return s;
  }
  base::result<records::run_write> copy(int seq, std::string model = {}, std::optional<std::string> message = {}) {
    return actors::copy_of(from, {old_id, "u1", false, seq, std::move(model), std::move(message)}, new_id, "t2", {});
  }
};

TEST_F(RunCopies, a_rerun_has_the_same_input_and_the_agent_as_it_is_now) {
  const auto write = copy(0);
  ASSERT_TRUE(write);
  const auto& run = write->queued.at(0);
  EXPECT_TRUE(write->steps.empty());
  EXPECT_EQ(run.message, "/say more");
  EXPECT_EQ(run.trigger_event_id, "e1");
  EXPECT_EQ(run.definition.prompt, "/say newer");
  EXPECT_EQ(run.forked_from, old_id);
  EXPECT_EQ(run.forked_seq, std::nullopt);
  EXPECT_EQ(run.priority, records::run_priority::interactive);
}

TEST_F(RunCopies, a_fork_keeps_what_happened_does_not_pay_for_it_again_and_gives_no_right_back) {
  const auto write = copy(3, "other:model", "/say else");
  ASSERT_TRUE(write);
  const auto& run = write->queued.at(0);
  ASSERT_EQ(write->steps.size(), 2U);
  EXPECT_EQ(write->steps[0].cost_usd, 0);
  EXPECT_EQ(write->steps[1].request.at("call_id"), "call_1-1-00000000000b");
  EXPECT_EQ(write->steps[1].run_id, new_id);
  EXPECT_EQ(run.definition.model, "other:model");
  EXPECT_EQ(run.message, "/say else");
  EXPECT_EQ(run.definition.within, (std::vector<std::vector<std::string>>{{"time"}}))
    << "what the agent may not do any more";
  EXPECT_EQ(run.forked_seq, 3);
}

TEST_F(RunCopies, a_fork_goes_on_from_its_copied_steps_without_doing_them_again) {
  const auto write = copy(3);
  ASSERT_TRUE(write);
  auto claimed = claim(write->queued.at(0));
  claimed.steps = write->steps;
  to_recover.push_back(claimed);
  start_supervisor({.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 0});
  EXPECT_EQ(state_of(new_id), records::run_state::success);
  EXPECT_TRUE(tool_jobs.empty());
  EXPECT_THAT(changes[new_id].result.value_or(""), testing::HasSubstr("gone"));
  EXPECT_THAT(changes[new_id].result.value_or(""), testing::HasSubstr("end\nmore"));
  EXPECT_LT(changes[new_id].input_tokens, 100);
}

TEST_F(RunCopies, says_why_a_run_cannot_be_copied) {
  EXPECT_EQ(copy(2).error().code, base::errc::invalid) << "a step of a tool";
  EXPECT_EQ(copy(9).error().code, base::errc::invalid);
  from.agent->enabled = false;
  EXPECT_EQ(copy(0).error().code, base::errc::conflict);
  from.agent.reset();
  EXPECT_EQ(copy(0).error().code, base::errc::conflict);
  from.run->kind = records::run_kind::chat;
  EXPECT_EQ(copy(0).error().code, base::errc::conflict);
  from.run.reset();
  EXPECT_EQ(copy(0).error().code, base::errc::not_found);
}

} // namespace
