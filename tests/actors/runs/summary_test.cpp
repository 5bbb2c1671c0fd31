#include "tests/actors/runs/run_fixture.hpp"

#include "actors/runs/summary.hpp"

namespace {

using records::run_state;

struct Summary : support::run_fixture {
  static constexpr messages::set_run_limits unlimited{.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 0};

  static std::vector<records::stored_message> talk(int turns, std::size_t bytes) {
    std::vector<records::stored_message> out;
    for (int i = 0; i < turns; ++i)
      for (const char* role : {"user", "assistant"}) {
        auto& m = out.emplace_back();
        m.role = role;
        m.content = std::string(role) + std::to_string(i) + ' ' + std::string(bytes, 'x');
      }
    return out;
  }
  records::claimed_run turn(std::vector<records::stored_message> history) {
    auto run = claim(chat_turn("r1", "/say now"));
    run.history = std::move(history);
    run.run.attempts = 2;
    return run;
  }
  void limit(int tokens) {
    auto now = *settings->get();
    now.max_context_tokens = tokens;
    settings->set(std::move(now));
  }
  void go(records::claimed_run run) {
    to_recover.push_back(std::move(run));
    start_supervisor(unlimited);
    for (int i = 0; i < 100 && state_of("r1") == run_state::running; ++i)
      advance(std::chrono::seconds(1));
  }
};

TEST_F(Summary, is_not_made_while_everything_fits) {
  go(turn(talk(3, 100)));
  EXPECT_EQ(state_of("r1"), run_state::success);
  EXPECT_EQ(stored["r1"].size(), 1U);
  EXPECT_FALSE(changes["r1"].answer->summary);
}

TEST_F(Summary, of_the_oldest_messages_is_a_step_of_the_run_and_goes_with_its_answer) {
  limit(20'000);
  go(turn(talk(10, 3'000))); // 20 messages of some 1,000 tokens
  EXPECT_EQ(state_of("r1"), run_state::success);
  ASSERT_EQ(stored["r1"].size(), 2U);
  const auto& step = stored["r1"][1];
  const auto covers = step.request.at(actors::summary_covers).as_int64();
  EXPECT_GT(covers, 8);
  EXPECT_LT(covers, 20) << "the latest stay as they are";
  EXPECT_EQ(covers % 2, 0) << "what stays begins with the user";
  EXPECT_GT(step.input_tokens, 0);
  const auto& answer = *changes["r1"].answer;
  ASSERT_TRUE(answer.summary);
  EXPECT_EQ(answer.summary->covers, covers);
  EXPECT_THAT(answer.summary->text, testing::StartsWith("Summary of "));
  EXPECT_EQ(answer.content, "now");
  EXPECT_EQ(changes["r1"].input_tokens, step.input_tokens + stored["r1"][2].input_tokens) << "it is counted";
  EXPECT_THAT(event_names(), testing::IsSupersetOf({"summary", "text", "done"}));
}

TEST_F(Summary, that_is_stored_is_not_made_again) {
  limit(20'000);
  auto history = talk(10, 3'000);
  history.back().summary = records::conversation_summary{"What was said.", 16};
  go(turn(history));
  EXPECT_EQ(state_of("r1"), run_state::success);
  EXPECT_EQ(stored["r1"].size(), 1U);
  EXPECT_FALSE(changes["r1"].answer->summary);
}

TEST_F(Summary, of_a_summary_covers_more) {
  limit(20'000);
  auto history = talk(20, 3'000);
  history[19].summary = records::conversation_summary{"What was said.", 16};
  go(turn(history));
  ASSERT_TRUE(changes["r1"].answer->summary);
  EXPECT_GT(changes["r1"].answer->summary->covers, 20);
  EXPECT_THAT(std::string(stored["r1"][1].request.at("input").as_string()), testing::HasSubstr("What was said."));
}

TEST_F(Summary, is_made_in_several_calls_where_one_request_cannot_take_it_all) {
  limit(20'000);
  go(turn(talk(20, 6'000)));
  EXPECT_EQ(state_of("r1"), run_state::success);
  EXPECT_GT(stored["r1"].size(), 3U);
  EXPECT_GE(changes["r1"].answer->summary->covers, 30);
}

TEST_F(Summary, of_one_message_that_is_longer_than_the_window_ends) {
  limit(10'000);
  go(turn(talk(2, 100'000)));
  EXPECT_EQ(state_of("r1"), run_state::success);
  EXPECT_EQ(changes["r1"].answer->summary->covers, 4);
}

TEST_F(Summary, that_was_committed_before_a_crash_is_not_made_again) {
  limit(20'000);
  auto run = turn(talk(10, 3'000));
  models::answer made;
  made.text = "Made before.";
  made.input_tokens = 100;
  records::step_record step;
  step.run_id = "r1";
  step.seq = 1;
  step.state = records::step_state::done;
  step.request = {{actors::summary_covers, 16}};
  step.response = base::to_json(made);
  run.steps = {step};
  go(std::move(run));
  EXPECT_EQ(state_of("r1"), run_state::success);
  EXPECT_EQ(stored["r1"].size(), 1U) << "only the answer is new";
  ASSERT_TRUE(changes["r1"].answer->summary);
  EXPECT_EQ(changes["r1"].answer->summary->text, "Made before.");
  EXPECT_EQ(changes["r1"].answer->content, "now");
}

TEST(SummaryEstimate, is_rather_too_high_than_too_low) {
  EXPECT_GE(actors::estimate_tokens("The quick brown fox jumps over the lazy dog."), 10);
  EXPECT_GE(actors::estimate_tokens("こんにちは世界"), 7);
  EXPECT_EQ(actors::estimate_tokens(""), 0);
  models::message picture;
  picture.attachments.push_back({models::media_kind::image, "image/png", std::string(1'000'000, 'A'), {}});
  EXPECT_LT(actors::estimate_tokens(picture), 5'000);
}

TEST(SummaryWindow, is_the_model_s_own_unless_an_administrator_wants_less) {
  models::model_info model;
  model.context_length = 200'000;
  model.max_output_tokens = 8'192;
  EXPECT_EQ(actors::window_of(model, 0).tokens, 200'000);
  EXPECT_EQ(actors::window_of(model, 0).answer, 8'192);
  EXPECT_EQ(actors::window_of(model, 10'000).tokens, 10'000);
  EXPECT_EQ(actors::window_of(model, 10'000).answer, 2'500) << "a quarter at most";
  EXPECT_EQ(actors::window_of(model, 1'000'000).tokens, 200'000);
  EXPECT_EQ(actors::window_of(std::nullopt, 0).tokens, 0) << "nothing is known";
  EXPECT_EQ(actors::window_of(std::nullopt, 50'000).tokens, 50'000);
}

} // namespace
