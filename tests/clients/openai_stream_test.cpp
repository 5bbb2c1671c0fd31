#include "clients/models/tool_names.hpp"
#include "tests/clients/model_streams.hpp"

namespace {

using model_streams::outcome;
using model_streams::piece_kind;

models::request asked() {
  models::request r;
  r.model = "deepseek-v4";
  r.tools = {{"time", "", {}}, {"mcp__a.b__c d", "", {}}};
  return r;
}

outcome read(std::string_view stream, const models::request& r = asked()) {
  return model_streams::read(models::api::openai, r, stream);
}

std::string event(std::string_view json) { return "data: " + std::string(json) + "\n\n"; }

/// A chunk with this delta, and the reason if there is one.
std::string chunk(std::string_view delta, std::string_view reason = {}) {
  return event(
    R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":)"
    + std::string(delta) + R"(,"logprobs":null,"finish_reason":)"
    + (reason.empty() ? "null" : '"' + std::string(reason) + '"') + R"(}],"usage":null})");
}

const std::string done = "data: [DONE]\n\n";
const std::string begin = chunk(R"({"role":"assistant","content":"","refusal":null})");
const std::string usage = event(
  R"({"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":1125,"completion_tokens":15,)"
  R"("total_tokens":1140,"prompt_tokens_details":{"cached_tokens":1000,"cache_write_tokens":100,"audio_tokens":0},)"
  R"("completion_tokens_details":{"reasoning_tokens":10}}})");

const std::string two_calls
  = begin + chunk(R"({"content":"I look."})")
    + chunk(R"({"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"time","arguments":""}}]})")
    + chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"zone\": \"Eur"}}]})")
    + chunk(R"({"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"WIRE","arguments":""}}]})")
    + chunk(R"({"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]})")
    + chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"ope/Berlin\"}"}}]})") + chunk("{}", "tool_calls")
    + usage + done;

TEST(OpenaiStream, text_comes_in_pieces_and_whole) {
  const auto out = read(begin + chunk(R"({"content":"Hello"})") + chunk(R"({"content":", wörld 😀!"})")
                        + chunk("{}", "stop") + usage + done);
  ASSERT_TRUE(out.answered());
  EXPECT_EQ(out.answer().text, "Hello, wörld 😀!");
  EXPECT_EQ(out.answer().stop_reason, models::stop_reason::end_turn);
  ASSERT_EQ(out.pieces.size(), 2U);
  EXPECT_EQ(out.pieces[0].text, "Hello");
}

TEST(OpenaiStream, usage_comes_with_the_chunk_without_choices) {
  const auto out = read(begin + chunk(R"({"content":"x"})") + chunk("{}", "stop") + usage + done);
  EXPECT_EQ(out.answer().input_tokens, 1125);
  EXPECT_EQ(out.answer().cache_read_tokens, 1000);
  EXPECT_EQ(out.answer().cache_write_tokens, 100);
  EXPECT_EQ(out.answer().output_tokens, 15);
  EXPECT_FALSE(out.answer().cost_usd) << "the provider does not say";
}

TEST(OpenaiStream, parallel_calls_are_told_apart_by_their_index) {
  auto stream = two_calls;
  stream.replace(stream.find("WIRE"), 4, models::wire_name("mcp__a.b__c d"));
  const auto out = read(stream);
  ASSERT_TRUE(out.answered());
  EXPECT_EQ(out.answer().stop_reason, models::stop_reason::tool_use);
  EXPECT_EQ(out.answer().text, "I look.");
  ASSERT_EQ(out.answer().tool_calls.size(), 2U);
  EXPECT_EQ(out.answer().tool_calls[0].call_id, "call_a");
  EXPECT_EQ(base::to_line(out.answer().tool_calls[0].arguments), R"({"zone":"Europe/Berlin"})");
  EXPECT_EQ(out.answer().tool_calls[1].call_id, "call_b");
  EXPECT_EQ(out.answer().tool_calls[1].name, "mcp__a.b__c d");
  EXPECT_EQ(out.joined(piece_kind::tool_call), "timemcp__a.b__c d");
}

TEST(OpenaiStream, a_cut_behind_any_byte_is_a_break_never_a_short_answer) {
  model_streams::expect_no_short_answer(models::api::openai, asked(), two_calls, R"("finish_reason":"tool_calls")");
}

TEST(OpenaiStream, an_end_without_done_is_whole_once_a_reason_came) {
  EXPECT_EQ(read(begin + chunk(R"({"content":"x"})") + chunk("{}", "stop")).answer().text, "x");
}

TEST(OpenaiStream, done_without_a_reason_is_whole_if_anything_came) {
  EXPECT_EQ(read(begin + chunk(R"({"content":"x"})") + done).answer().text, "x");
  const auto nothing = read(begin + done);
  ASSERT_FALSE(nothing.answered());
  EXPECT_EQ(nothing.error().type, "broken");
}

TEST(OpenaiStream, calls_that_share_an_index_or_have_none_are_told_apart_by_their_ids) {
  for (const auto* index : {R"("index":0,)", ""}) {
    const auto call = [&](std::string_view id, std::string_view arguments) {
      return chunk(R"({"tool_calls":[{)" + std::string(index) + R"("id":")" + std::string(id)
                   + R"(","type":"function","function":{"name":"time","arguments":")" + std::string(arguments)
                   + R"("}}]})");
    };
    const auto out = read(begin + call("a", "{\\\"n\\\":1}") + call("b", "{\\\"n\\\":2}") + chunk("{}", "stop") + done);
    ASSERT_TRUE(out.answered());
    EXPECT_EQ(out.answer().stop_reason, models::stop_reason::tool_use); // whatever it called it
    ASSERT_EQ(out.answer().tool_calls.size(), 2U) << index;
    EXPECT_EQ(base::to_line(out.answer().tool_calls[0].arguments), R"({"n":1})");
    EXPECT_EQ(base::to_line(out.answer().tool_calls[1].arguments), R"({"n":2})");
  }
}

TEST(OpenaiStream, calls_without_ids_get_some) {
  const auto out = read(begin + chunk(R"({"tool_calls":[{"index":0,"function":{"name":"time","arguments":"{}"}}]})")
                        + chunk(R"({"tool_calls":[{"index":1,"id":"","function":{"name":"time","arguments":"{}"}}]})")
                        + chunk("{}", "tool_calls") + done);
  ASSERT_EQ(out.answer().tool_calls.size(), 2U);
  EXPECT_EQ(out.answer().tool_calls[0].call_id, "call_1");
  EXPECT_EQ(out.answer().tool_calls[1].call_id, "call_2");
}

TEST(OpenaiStream, arguments_that_are_an_object_already_are_taken) {
  const auto out = read(begin + chunk(R"({"tool_calls":[{"function":{"name":"time","arguments":{"zone":"UTC"}}}]})")
                        + chunk("{}", "stop") + done);
  EXPECT_EQ(base::to_line(out.answer().tool_calls.at(0).arguments), R"({"zone":"UTC"})");
}

TEST(OpenaiStream, broken_arguments_become_a_call_with_an_error) {
  const auto out
    = read(begin + chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"time","arguments":"{\"zone\""}}]})")
           + chunk("{}", "length") + done);
  EXPECT_EQ(out.answer().stop_reason, models::stop_reason::max_tokens);
  EXPECT_EQ(out.answer().tool_calls.at(0).arguments, boost::json::value("{\"zone\""));
  EXPECT_FALSE(out.answer().tool_calls.at(0).error.empty());
}

TEST(OpenaiStream, a_refusal_comes_as_text_and_as_what_it_is) {
  const auto out = read(begin + chunk(R"({"refusal":"I can't "})") + chunk(R"({"refusal":"help with that."})")
                        + chunk("{}", "stop") + done);
  EXPECT_EQ(out.answer().stop_reason, models::stop_reason::refusal);
  EXPECT_EQ(out.answer().refusal, "I can't help with that.");
  EXPECT_EQ(out.answer().text, "I can't help with that.");
}

TEST(OpenaiStream, a_content_filter_is_a_refusal_and_its_calls_are_dropped) {
  const auto out = read(begin + chunk(R"({"content":"Well"})")
                        + chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"time","arguments":"{}"}}]})")
                        + chunk("{}", "content_filter") + done);
  EXPECT_EQ(out.answer().stop_reason, models::stop_reason::refusal);
  EXPECT_EQ(out.answer().text, "Well\n\nThe provider's content filter stopped this answer.");
  EXPECT_EQ(out.answer().refusal, "The provider's content filter stopped this answer.");
  EXPECT_TRUE(out.answer().tool_calls.empty());
}

TEST(OpenaiStream, reasoning_is_shown_and_kept_under_the_name_it_came_with) {
  for (const std::string name : {"reasoning", "reasoning_content"}) {
    const auto out
      = read(begin + chunk("{\"" + name + "\":\"Let me \"}") + chunk("{\"" + name + "\":\"see.\",\"content\":null}")
             + chunk(R"({"content":"x"})") + chunk("{}", "stop") + done);
    ASSERT_TRUE(out.answer().reasoning);
    EXPECT_EQ(out.answer().reasoning->text, "Let me see.");
    EXPECT_EQ(out.answer().reasoning->dialect, "openai");
    EXPECT_EQ(out.answer().reasoning->model, "deepseek-v4");
    EXPECT_EQ(out.answer().reasoning->payload, "{\"" + name + "\":\"Let me see.\"}");
    EXPECT_EQ(out.answer().text, "x");
  }
}

TEST(OpenaiStream, reasoning_that_comes_under_both_names_is_shown_once) {
  const auto out = read(begin + chunk(R"({"reasoning":"hm","reasoning_content":"hm"})") + chunk(R"({"content":"x"})")
                        + chunk("{}", "stop") + done);
  EXPECT_EQ(out.answer().reasoning->text, "hm");
}

TEST(OpenaiStream, openrouters_parts_of_reasoning_become_whole_again) {
  const auto out = read(
    ": OPENROUTER PROCESSING\n\n"
    + chunk(
      R"({"role":"assistant","content":"","reasoning":"Let ","reasoning_details":[{"type":"reasoning.text","text":"Let ","format":"anthropic-claude-v1","index":0}]})")
    + ": OPENROUTER PROCESSING\n\n"
    + chunk(
      R"({"content":"","reasoning":"me","reasoning_details":[{"type":"reasoning.text","text":"me","format":"anthropic-claude-v1","index":0}]})")
    + chunk(
      R"({"content":"","reasoning":null,"reasoning_details":[{"type":"reasoning.text","signature":"Eq==","format":"anthropic-claude-v1","index":0}]})")
    + chunk(
      R"({"content":"","reasoning_details":[{"type":"reasoning.encrypted","data":"gAAA","id":"rs_1","format":"openai-responses-v1","index":1}]})")
    + chunk(
      R"({"content":"","reasoning_details":[{"type":"reasoning.encrypted","data":"gBBB","id":"rs_2","format":"openai-responses-v1","index":1}]})")
    + chunk(R"({"content":"","reasoning_details":[{"type":"reasoning.summary","summary":"So.","index":2}]})")
    + chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"time","arguments":"{}"}}]})")
    + chunk("{}", "tool_calls") + done);
  ASSERT_TRUE(out.answer().reasoning);
  EXPECT_EQ(out.answer().reasoning->text, "Let meSo.");
  EXPECT_EQ(
    out.answer().reasoning->payload,
    R"({"reasoning_details":[{"type":"reasoning.text","text":"Let me","format":"anthropic-claude-v1","index":0,"signature":"Eq=="},)"
    R"({"type":"reasoning.encrypted","data":"gAAA","id":"rs_1","format":"openai-responses-v1","index":1},)"
    R"({"type":"reasoning.encrypted","data":"gBBB","id":"rs_2","format":"openai-responses-v1","index":1},)"
    R"({"type":"reasoning.summary","summary":"So.","index":2}]})");
}

TEST(OpenaiStream, openrouters_cost_is_taken_as_it_is) {
  const auto out = read(
    begin + chunk(R"({"content":"x"})") + chunk(R"({"role":"assistant","content":""})", "stop")
    + event(R"({"id":"gen-1","provider":"Anthropic","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2,)"
            R"("cost":0.00042,"cost_details":{"upstream_inference_cost":null}}})")
    + done);
  EXPECT_DOUBLE_EQ(out.answer().cost_usd.value(), 0.00042);
}

TEST(OpenaiStream, openrouters_error_in_the_middle_ends_the_answer) {
  const auto out = read(
    begin + chunk(R"({"content":"Hal"})")
    + event(
      R"({"id":"gen-1","object":"chat.completion.chunk","provider":"x","error":{"code":"server_error","message":"Provider disconnected unexpectedly"},)"
      R"("choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]})")
    + done);
  ASSERT_FALSE(out.answered());
  EXPECT_EQ(out.error().status, 500);
  EXPECT_EQ(out.error().type, "server_error");
  EXPECT_TRUE(out.error().retryable);
}

TEST(OpenaiStream, an_error_chunk_has_the_status_of_its_code) {
  const auto error = [](std::string_view json) {
    auto out = read(begin + event(json) + done);
    EXPECT_FALSE(out.answered());
    return out.error();
  };
  const auto limited = error(
    R"({"error":{"code":429,"message":"Rate limited","metadata":{"provider_name":"Z","raw":"{\"error\":{\"message\":\"slow down\"}}"}}})");
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.message, "The provider answered 429: Rate limited (Z: slow down)");
  EXPECT_TRUE(limited.retryable);
  const auto quota = error(
    R"({"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}})");
  EXPECT_EQ(quota.status, 429);
  EXPECT_FALSE(quota.retryable);
  EXPECT_EQ(error(R"({"error":{"message":"x","type":"invalid_request_error","code":null}})").status, 400);
  EXPECT_EQ(error(R"({"error":"model runner has crashed"})").status, 500);
  EXPECT_EQ(error(R"({"error":7})").type, "garbled");
}

TEST(OpenaiStream, a_reason_error_without_an_error_is_one_nevertheless) {
  const auto out = read(begin + chunk("{}", "error") + done);
  ASSERT_FALSE(out.answered());
  EXPECT_EQ(out.error().status, 502);
}

TEST(OpenaiStream, what_is_not_promised_is_garbled_and_worth_another_try) {
  for (const auto& stream : {begin + "data: {\"choices\":\n\n", begin + "data: 7\n\n",
                             begin + chunk(R"({"tool_calls":[{"index":3,"function":{"arguments":"{}"}}]})")}) {
    const auto out = read(stream + chunk("{}", "stop") + done);
    ASSERT_FALSE(out.answered()) << stream;
    EXPECT_EQ(out.error().type, "garbled");
    EXPECT_TRUE(out.error().retryable);
  }
}

TEST(OpenaiStream, content_in_parts_is_taken) {
  const auto out = read(begin + chunk(R"({"content":[{"type":"thinking","thinking":[]},{"type":"text","text":"Hi"}]})")
                        + chunk("{}", "stop") + done);
  EXPECT_EQ(out.answer().text, "Hi");
}

TEST(OpenaiStream, other_choices_are_left_out) {
  const auto out = read(begin + event(R"({"choices":[{"index":1,"delta":{"content":"no"},"finish_reason":"stop"}]})")
                        + chunk(R"({"content":"yes"})", "stop") + done);
  EXPECT_EQ(out.answer().text, "yes");
}

TEST(OpenaiStream, an_answer_beyond_the_bound_is_refused) {
  std::string stream = begin;
  for (int i = 0; i < 200; ++i)
    stream += chunk(R"({"tool_calls":[{"index":)" + std::to_string(i) + R"(,"id":"c)" + std::to_string(i)
                    + R"(","function":{"name":"time","arguments":"{}"}}]})");
  const auto out = model_streams::feed(models::api::openai, asked(), {stream});
  ASSERT_FALSE(out.answered());
  EXPECT_EQ(out.error().type, "too_large");
}

TEST(OpenaiAnswer, a_body_without_a_stream_reads_the_same) {
  const auto reply = models::read_answer(
    models::api::compatible, asked(),
    R"({"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","reasoning_content":"hm",)"
    R"("tool_calls":[{"id":"a","type":"function","function":{"name":"time","arguments":"{\"zone\":\"UTC\"}"}},)"
    R"({"id":"b","type":"function","function":{"name":"time","arguments":""}}]},"finish_reason":"tool_calls"}],)"
    R"("usage":{"prompt_tokens":3,"completion_tokens":4,"prompt_cache_hit_tokens":2}})");
  ASSERT_TRUE(std::holds_alternative<models::answer>(reply)) << model_streams::print(reply);
  const auto& answer = std::get<models::answer>(reply);
  EXPECT_EQ(answer.text, "Hi");
  EXPECT_EQ(answer.tool_calls.size(), 2U);
  EXPECT_EQ(answer.input_tokens, 3);
  EXPECT_EQ(answer.cache_read_tokens, 2);
  EXPECT_EQ(answer.reasoning->text, "hm");
}

TEST(OpenaiAnswer, a_body_that_is_none_is_an_error) {
  for (const auto* body : {"", "<html>", "[]", "{}", R"({"choices":[]})", R"({"error":{"message":"x","code":502}})"}) {
    const auto reply = models::read_answer(models::api::openrouter, asked(), body);
    EXPECT_TRUE(std::holds_alternative<models::provider_error>(reply)) << body;
  }
}

} // namespace
