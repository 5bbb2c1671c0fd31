#include "tests/actors/runs/run_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using records::run_state;
using records::step_state;

struct AgentRun : support::run_fixture {
  static constexpr messages::set_run_limits unlimited{.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 0};

  /// Gives a run as the journal holds it, to be taken up again.
  void recover(records::claimed_run run) {
    run.run.attempts = 2;
    to_recover.push_back(std::move(run));
    start_supervisor(unlimited);
  }
  static records::step_record model_step(int seq, std::vector<models::tool_call> calls) {
    models::answer answer;
    answer.text = "Working.";
    answer.tool_calls = std::move(calls);
    answer.stop_reason = models::stop_reason::tool_use;
    records::step_record s;
    s.run_id = "r1";
    s.seq = seq;
    s.state = step_state::done;
    s.response = base::to_json(answer);
    return s;
  }
  static records::step_record begun_tool(int seq, const models::tool_call& call) {
    records::step_record s;
    s.run_id = "r1";
    s.seq = seq;
    s.kind = records::step_kind::tool;
    s.name = call.name;
    s.request = {{"call_id", call.call_id + "-1-r1"}, {"arguments", call.arguments}};
    return s;
  }
};

TEST_F(AgentRun, each_step_is_committed_before_the_next_begins) {
  start_supervisor(unlimited);
  queue(agent_run("r1", "/say first\n/tool time {}\n/say second"));
  ASSERT_EQ(stored["r1"].size(), 3U);
  EXPECT_EQ(stored["r1"][1].kind, records::step_kind::model);
  EXPECT_EQ(stored["r1"][2].name, "time");
  EXPECT_EQ(stored["r1"][2].state, step_state::done);
  EXPECT_EQ(stored["r1"][3].kind, records::step_kind::model);
  EXPECT_EQ(state_of("r1"), run_state::success);
  ASSERT_GE(writes.size(), 3U);
  EXPECT_EQ(writes[0].steps.back().state, step_state::begun) << "the call is committed before it is made";
  EXPECT_EQ(writes[1].audit.size(), 1U) << "the audit row goes with the result";
  EXPECT_THAT(changes["r1"].result.value_or(""), testing::HasSubstr("second"));
}

TEST_F(AgentRun, what_the_model_was_told_is_stored_once_and_named_by_the_first_step) {
  start_supervisor(unlimited);
  queue(agent_run("r1", "/tool time {}\n/say end"));
  queue(agent_run("r2", "/tool time {}\n/say end"));
  advance(std::chrono::milliseconds{10}); // until the next claim
  const auto hash = stored["r1"][1].request.at("prompt");
  EXPECT_EQ(stored["r2"][1].request.at("prompt"), hash);
  EXPECT_FALSE(stored["r1"][3].request.as_object().contains("prompt")) << "it is the same as before";
  std::vector<records::prompt_record> rows;
  for (const auto& w : writes)
    rows.insert(rows.end(), w.prompts.begin(), w.prompts.end());
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].hash, hash.as_string());
  EXPECT_THAT(rows[0].system, testing::StartsWith("/tool time {}"));
  EXPECT_EQ(rows[0].tools.at(0).at("name"), "time");
  EXPECT_EQ(stored["r1"][1].request.at("turn"), "Do what your instructions say.");
}

TEST_F(AgentRun, commands_in_untrusted_input_are_never_carried_out) {
  auto run = claim(agent_run("r1", "/input"));
  run.event.emplace();
  run.event->source_name = "hook";
  run.event->content_type = "text/plain";
  run.event->body
    = base::untrusted_text("/tool time {}\n/tool filesystem {\"action\":\"delete\",\"path\":\"a\"}\n/error 500");
  recover(std::move(run));
  EXPECT_TRUE(tool_jobs.empty());
  EXPECT_EQ(state_of("r1"), run_state::success);
  EXPECT_THAT(changes["r1"].result.value_or(""), testing::HasSubstr("/tool time {}")) << "it is repeated as data";
}

TEST_F(AgentRun, a_side_effect_that_had_begun_is_not_repeated_and_the_model_is_told) {
  auto run = claim(
    agent_run("r1", "/say start\n/tool filesystem {\"action\":\"write\",\"path\":\"a\",\"content\":\"x\"}\n/say end"));
  const models::tool_call call{"call_1", "filesystem", {{"action", "write"}, {"path", "a"}, {"content", "x"}}};
  run.steps = {model_step(1, {call}), begun_tool(2, call)};
  recover(std::move(run));
  EXPECT_TRUE(tool_jobs.empty());
  EXPECT_EQ(stored["r1"][2].state, step_state::unknown);
  EXPECT_EQ(state_of("r1"), run_state::success);
  EXPECT_THAT(changes["r1"].result.value_or(""), testing::HasSubstr("outcome is unknown"));
}

TEST_F(AgentRun, a_read_that_had_begun_is_done_again_as_the_same_step) {
  auto run = claim(agent_run("r1", "/say start\n/tool time {}\n/say end"));
  const models::tool_call call{"call_1", "time", boost::json::object{}};
  run.steps = {model_step(1, {call}), begun_tool(2, call)};
  recover(std::move(run));
  EXPECT_EQ(tool_jobs.size(), 1U);
  EXPECT_EQ(stored["r1"][2].state, step_state::done);
  EXPECT_EQ(state_of("r1"), run_state::success);
}

TEST_F(AgentRun, a_call_whose_arguments_cannot_be_read_is_not_run_and_the_model_is_told) {
  auto run = claim(agent_run("r1", "/say start\n/tool time {}\n/say end"));
  const models::tool_call call{"call_1", "time", "{\"zone\"", "The arguments must be a JSON object."};
  run.steps = {model_step(1, {call})};
  recover(std::move(run));
  EXPECT_TRUE(tool_jobs.empty());
  EXPECT_EQ(stored["r1"][2].state, step_state::done);
  EXPECT_EQ(state_of("r1"), run_state::success);
  EXPECT_THAT(changes["r1"].result.value_or(""), testing::HasSubstr("must be a JSON object"));
}

TEST_F(AgentRun, a_chat_streams_word_by_word_and_ends_with_the_whole_text) {
  start_supervisor(unlimited);
  queue(chat_turn("r1", "/say one two three"));
  EXPECT_EQ(text_of_events(), "one ");
  advance(25ms);
  EXPECT_EQ(text_of_events(), "one two ");
  advance(1s);
  EXPECT_EQ(event_names().back(), "done");
  EXPECT_EQ(boost::json::parse(events.back().data).at("text"), boost::json::value(text_of_events()));
}

TEST_F(AgentRun, text_of_several_answers_joins_to_the_text_of_done) {
  start_supervisor(unlimited);
  queue(chat_turn("r1", "/say before\n/tool time {}\n/say after"));
  for (int i = 0; i < 100; ++i)
    advance(100ms);
  ASSERT_EQ(event_names().back(), "done");
  EXPECT_EQ(boost::json::parse(events.back().data).at("text"), boost::json::value(text_of_events()));
}

TEST_F(AgentRun, reasoning_has_events_of_its_own_and_is_kept_beside_the_answer) {
  start_supervisor(unlimited);
  queue(chat_turn("r1", "/think first this\n/tool time {}\n/think then that\n/say done"));
  for (int i = 0; i < 100; ++i)
    advance(100ms);
  ASSERT_EQ(state_of("r1"), run_state::success);
  std::string reasoning;
  for (const auto& e : events)
    if (e.name == "reasoning")
      reasoning += boost::json::parse(e.data).at("content").as_string();
  EXPECT_EQ(reasoning, "first this\n\nthen that");
  ASSERT_TRUE(changes["r1"].answer);
  EXPECT_EQ(changes["r1"].answer->reasoning, reasoning);
  EXPECT_EQ(changes["r1"].answer->content.find("first"), std::string::npos);
}

TEST_F(AgentRun, a_stop_in_the_middle_of_reasoning_keeps_it) {
  start_supervisor(unlimited);
  queue(chat_turn("r1", "/think one two three four five six\n/say done"));
  advance(60ms);
  ask<messages::done>(supervisor, messages::stop_conversation{"c1"});
  drain();
  EXPECT_EQ(changes["r1"].answer->reasoning, "one two three ");
  EXPECT_EQ(changes["r1"].answer->status, run_state::stopped);
}

TEST_F(AgentRun, a_refusal_is_told_as_one) {
  start_supervisor(unlimited);
  queue(chat_turn("r1", "/refuse I cannot help with that."));
  advance(5s);
  EXPECT_EQ(state_of("r1"), run_state::success);
  EXPECT_EQ(changes["r1"].answer->stop_reason, models::stop_reason::refusal);
  EXPECT_EQ(changes["r1"].answer->content, "I cannot help with that.");
  EXPECT_EQ(boost::json::parse(events.back().data).at("stop_reason"), boost::json::value("refusal"));
}

TEST_F(AgentRun, an_answer_is_stored_with_its_model_status_and_usage) {
  start_supervisor(unlimited);
  queue(chat_turn("r1", "/say one two"));
  advance(5s);
  const auto& answer = *changes["r1"].answer;
  EXPECT_EQ(answer.model, "demo:scripted");
  EXPECT_EQ(answer.status, run_state::success);
  ASSERT_TRUE(answer.usage);
  EXPECT_EQ(answer.usage->output_tokens, 2);
  EXPECT_EQ(answer.usage->input_tokens, changes["r1"].input_tokens);
}

TEST_F(AgentRun, what_was_said_is_told_before_anything_of_the_answer) {
  start_supervisor(unlimited);
  ask<messages::run_queued>(supervisor, messages::start_chat_turn{"c1", "u1", "/say one", "demo:scripted", {}, {}});
  advance(5s);
  const auto names = event_names();
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(names.front(), "message");
  const auto said = boost::json::parse(events.front().data);
  EXPECT_EQ(said.at("content"), boost::json::value("/say one"));
  EXPECT_TRUE(said.at("replaces").is_null());
}

TEST_F(AgentRun, results_of_calls_side_by_side_are_all_committed_before_the_model_is_asked_once) {
  start_supervisor(unlimited);
  queue(agent_run("r1", "/tool time {} ; time {} ; time {}\n/say after"));
  ASSERT_EQ(state_of("r1"), run_state::success);
  const auto rows = tree.registry->rows();
  const auto provider = std::ranges::find(rows, "/outbound/provider/demo", &engine::actor_row::path);
  ASSERT_NE(provider, rows.end());
  EXPECT_EQ(provider->handled, 2U) << "one call for each of the two answers";
}

TEST_F(AgentRun, slow_words_take_their_time_although_nobody_listens) {
  start_supervisor(unlimited);
  queue(agent_run("r1", "/slow 10 one two"));
  advance(9s);
  EXPECT_EQ(state_of("r1"), run_state::running);
  advance(2s);
  EXPECT_EQ(state_of("r1"), run_state::success);
  EXPECT_EQ(changes.at("r1").result, "one two");
}

TEST_F(AgentRun, a_stop_in_the_middle_of_a_stream_keeps_what_was_shown) {
  start_supervisor(unlimited);
  queue(chat_turn("r1", "/slow 60 one two three"));
  advance(1ms);
  ask<messages::done>(supervisor, messages::stop_conversation{"c1"});
  drain();
  EXPECT_EQ(state_of("r1"), run_state::stopped);
  ASSERT_TRUE(changes["r1"].answer);
  EXPECT_EQ(changes["r1"].answer->content, text_of_events());
  const auto before = events.size();
  advance(2min);
  EXPECT_EQ(events.size(), before) << "no word comes after the stop";
}

TEST_F(AgentRun, a_failing_model_is_tried_again_and_then_the_run_goes_on) {
  start_supervisor(unlimited);
  queue(agent_run("r1", "/error 503 2\n/say fine"));
  EXPECT_EQ(state_of("r1"), run_state::running);
  advance(500ms);
  EXPECT_EQ(state_of("r1"), run_state::running);
  advance(2s);
  EXPECT_EQ(state_of("r1"), run_state::success);
}

TEST_F(AgentRun, the_fallback_model_takes_over_when_the_run_s_own_keeps_failing) {
  ::config::runtime_settings with_fallback;
  with_fallback.fallback_model = "demo:scripted";
  settings->set(with_fallback);
  start_supervisor(unlimited);
  auto run = agent_run("r1", "/say from the fallback");
  run.definition.model = "gone:model";
  queue(std::move(run));
  EXPECT_EQ(state_of("r1"), run_state::success);
  EXPECT_EQ(stored["r1"][1].name, "demo:scripted") << "the step says which model answered";
}

TEST_F(AgentRun, an_agent_s_own_fallback_model_comes_before_the_system_s) {
  ::config::runtime_settings with_fallback;
  with_fallback.fallback_model = "gone:too";
  settings->set(with_fallback);
  start_supervisor(unlimited);
  auto run = agent_run("r1", "/say from the fallback");
  run.definition.model = "gone:model";
  run.definition.fallback_model = "demo:scripted";
  queue(std::move(run));
  EXPECT_EQ(state_of("r1"), run_state::success);
}

/// A model that answers what the test says, call by call.
struct AgentRunWithModel : AgentRun {
  struct turn {
    std::string shown; ///< pieces before the reply
    messages::model_reply reply;
  };

  AgentRunWithModel() {
    end(services->gateway);
    model = sys.spawn([this]() -> messages::llm_gateway_actor::behavior_type {
      return {[this](const messages::call_model& m) -> messages::model_reply {
                calls.push_back(m);
                const auto next = turns.front();
                turns.pop_front();
                if (!next.shown.empty())
                  self->send(live_run(m.run_id), messages::model_piece{.call = m.call, .text = next.shown});
                return next.reply;
              },
              [](const messages::cancel_model_call&) {},
              [](const messages::set_providers&) {},
              [](const messages::call_settled&) {},
              [](messages::try_waiting_calls) {},
              [](const messages::models_listed&) {},
              [](messages::refresh_models) {},
              [](messages::get_models) { return messages::known_models{}; },
              [](const messages::get_model&) { return messages::known_model{}; },
              [](messages::get_providers) { return messages::known_providers{}; }};
    });
    services->gateway = model;
  }
  ~AgentRunWithModel() override { end(model); }
  static messages::model_reply said(std::string text) {
    messages::model_reply reply;
    reply.answer.text = std::move(text);
    return reply;
  }
  messages::agent_run_actor live_run(const std::string& id) {
    return caf::actor_cast<messages::agent_run_actor>(tree.registry->find("/runs/run/" + id));
  }

  messages::llm_gateway_actor model;
  std::deque<turn> turns;
  std::vector<messages::call_model> calls;
};

TEST_F(AgentRunWithModel, a_refused_budget_is_not_answered_by_the_fallback_model) {
  ::config::runtime_settings with_fallback;
  with_fallback.fallback_model = "demo:scripted";
  settings->set(with_fallback);
  start_supervisor(unlimited);
  turns = {{"", {.error = "The budget is used up.", .over_budget = true}}};
  queue(agent_run("r1", "hello"));
  EXPECT_EQ(state_of("r1"), run_state::error);
  EXPECT_EQ(calls.size(), 1U);
}

TEST_F(AgentRunWithModel, a_provider_that_asks_for_time_gets_it) {
  turns = {{"", {.error = "too many", .status = 429, .retryable = true, .retry_after_ms = 7'000}}, {"", said("fine")}};
  start_supervisor(unlimited);
  queue(agent_run("r1", "x"));
  advance(6'900ms);
  EXPECT_EQ(calls.size(), 1U);
  advance(100ms);
  EXPECT_EQ(calls.size(), 2U);
  EXPECT_EQ(state_of("r1"), run_state::success);
}

TEST_F(AgentRunWithModel, an_answer_that_breaks_off_goes_on_behind_what_was_shown) {
  turns = {{"One tw", {.error = "broke off", .retryable = true}}, {"o three", said("o three")}};
  start_supervisor(unlimited);
  queue(chat_turn("r1", "count"));
  advance(1s);
  ASSERT_EQ(calls.size(), 2U);
  ASSERT_EQ(calls[1].since_task.size(), 2U);
  EXPECT_EQ(calls[1].since_task[0].role, models::role::assistant);
  EXPECT_EQ(calls[1].since_task[0].text.str(), "One tw");
  EXPECT_EQ(text_of_events(), "One two three");
  EXPECT_EQ(changes["r1"].answer->content, "One two three");
}

TEST_F(AgentRun, an_error_that_stays_ends_the_run) {
  start_supervisor(unlimited);
  queue(agent_run("r1", "/error 400"));
  EXPECT_EQ(state_of("r1"), run_state::error);
  EXPECT_THAT(changes["r1"].error.value_or(""), testing::HasSubstr("400"));
}

TEST_F(AgentRun, reaching_the_bound_of_tool_calls_ends_the_run) {
  auto limits = unlimited;
  limits.max_tool_calls = 2;
  start_supervisor(limits);
  queue(agent_run("r1", "/tool time {}\n/tool time {}\n/tool time {}"));
  EXPECT_EQ(state_of("r1"), run_state::error);
  EXPECT_EQ(tool_jobs.size(), 2U);
}

TEST_F(AgentRun, reaching_the_bound_of_output_ends_the_run) {
  auto limits = unlimited;
  limits.max_run_output_tokens = 1;
  start_supervisor(limits);
  queue(agent_run("r1", "/say a first answer\n/tool time {}\n/say never said"));
  EXPECT_EQ(state_of("r1"), run_state::error);
  EXPECT_TRUE(tool_jobs.empty());
  EXPECT_THAT(changes["r1"].error.value_or(""),
              testing::MatchesRegex("The model has written .* tokens in this run, and its limit is 1\\."));
  queue(agent_run("r2", "/say all of it"));
  advance(10ms);
  EXPECT_EQ(state_of("r2"), run_state::success) << "it is there already";
}

TEST_F(AgentRun, a_question_nobody_answers_counts_as_denied) {
  auto limits = unlimited;
  limits.confirmation_timeout_s = 600;
  start_supervisor(limits);
  queue(chat_turn("r1", "/tool filesystem {\"action\":\"write\",\"path\":\"a\",\"content\":\"x\"}\n/say end"));
  advance(1s);
  EXPECT_EQ(state_of("r1"), run_state::waiting);
  EXPECT_EQ(std::ranges::count(event_names(), "confirmation_required"), 1);
  advance(10min);
  advance(1s);
  EXPECT_EQ(std::ranges::count(event_names(), "confirmation_answered"), 1);
  EXPECT_TRUE(tool_jobs.empty());
  EXPECT_EQ(state_of("r1"), run_state::success);
}

TEST_F(AgentRun, an_approved_call_is_made_and_marked_as_confirmed) {
  start_supervisor(unlimited);
  queue(chat_turn("r1", "/tool filesystem {\"action\":\"write\",\"path\":\"a\",\"content\":\"x\"}\n/say end"));
  advance(1s);
  ask<messages::done>(supervisor, messages::answer_confirmation{"c1", "call_1-1-r1", "u1", true, {}});
  advance(1s);
  EXPECT_EQ(tool_jobs, std::vector<std::string>{"tool.filesystem"});
  EXPECT_EQ(state_of("r1"), run_state::success);
  const auto audited = std::ranges::find_if(writes, [](const auto& w) { return !w.audit.empty(); });
  ASSERT_NE(audited, writes.end());
  EXPECT_TRUE(audited->audit[0].confirmed);
}

TEST_F(AgentRun, calls_that_a_model_numbers_anew_in_each_turn_are_told_apart) {
  start_supervisor(unlimited);
  for (const auto* id : {"r1", "r2"}) {
    queue(chat_turn(id, "/tool filesystem {\"action\":\"delete\",\"path\":\"a\"}\n/say end"));
    advance(1s);
    ask<messages::done>(supervisor,
                        messages::answer_confirmation{"c1", std::string("call_1-1-") + id, "u1", false, {}});
    advance(1s);
  }
  std::vector<std::string> asked;
  for (const auto& w : writes)
    if (w.confirmation && w.confirmation->state == records::confirmation_state::open)
      asked.push_back(w.confirmation->call_id);
  EXPECT_EQ(asked, (std::vector<std::string>{"call_1-1-r1", "call_1-1-r2"}));
}

TEST_F(AgentRun, who_is_demoted_or_switched_off_loses_his_rights_in_the_middle_of_a_run) {
  start_supervisor(unlimited);
  queue(chat_turn("r1", "/slow 5 one two\n/tool time {}\n/say end"));
  advance(1s);
  records::user_profiles now;
  now["u1"].is_active = false;
  profiles->set(now);
  advance(10s);
  EXPECT_TRUE(tool_jobs.empty());
  EXPECT_EQ(state_of("r1"), run_state::error);
  EXPECT_THAT(changes["r1"].error.value_or(""), testing::HasSubstr("switched off"));
}

TEST_F(AgentRun, a_run_is_at_rest_when_its_tools_have_ended_and_are_committed) {
  start_supervisor(unlimited);
  queue(chat_turn("r1", "/slow 100 one two\n/tool time {}\n/say end"));
  EXPECT_TRUE(ask<messages::done>(supervisor, messages::drain_runs{}));
  advance(200s);
  EXPECT_TRUE(tool_jobs.empty()) << "nothing begins any more";
  EXPECT_EQ(state_of("r1"), run_state::running) << "it goes on after the start";
}

TEST_F(AgentRun, a_run_of_a_switched_off_account_does_nothing) {
  auto run = claim(agent_run("r1", "/tool time {}"));
  run.owner.is_active = false;
  recover(std::move(run));
  EXPECT_EQ(state_of("r1"), run_state::error);
  EXPECT_TRUE(tool_jobs.empty());
}

} // namespace
