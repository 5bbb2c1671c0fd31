#include "actors/runs/transcript.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Transcript, what_a_model_reasoned_is_there_again_after_a_restart) {
  models::answer answer;
  answer.text = "I look.";
  answer.tool_calls = {{"toolu_1", "time", boost::json::object{}}};
  answer.reasoning
    = models::reasoning{"hm", "anthropic", "claude-opus-5-5", R"([{"type":"thinking","signature":"Eq=="}])"};
  records::claimed_run run;
  auto& step = run.steps.emplace_back();
  step.seq = 1;
  step.state = records::step_state::done;
  step.response = base::to_json(answer);
  const tools::tool_set none;
  std::vector<records::step_record> unknown;
  const auto t = actors::make_transcript(run, none, {}, unknown);
  ASSERT_EQ(t.since_task.size(), 1U);
  ASSERT_TRUE(t.since_task[0].reasoning);
  EXPECT_EQ(t.since_task[0].reasoning->payload, answer.reasoning->payload);
  EXPECT_EQ(t.since_task[0].reasoning->model, "claude-opus-5-5");
}

} // namespace
