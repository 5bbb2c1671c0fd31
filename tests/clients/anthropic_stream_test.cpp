#include "tests/clients/model_streams.hpp"

namespace {

using model_streams::outcome;
using model_streams::piece_kind;

models::request asked() {
  models::request r;
  r.model = "claude-opus-5-5";
  r.tools = {{"time", "", {}}, {"mcp__a.b__c d", "", {}}};
  return r;
}

outcome read(std::string_view stream, const models::request& r = asked()) {
  return model_streams::read(models::api::anthropic, r, stream);
}

std::string event(std::string_view type, std::string_view data) {
  return "event: " + std::string(type) + "\ndata: " + std::string(data) + "\n\n";
}

const std::string begin = event(
  "message_start",
  R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"claude-opus-5-5",)"
  R"("stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"cache_creation_input_tokens":100,)"
  R"("cache_read_input_tokens":1000,"output_tokens":1}}})");
const std::string stop = event("message_stop", R"({"type":"message_stop"})");

std::string start_block(int index, std::string_view block) {
  return event("content_block_start", R"({"type":"content_block_start","index":)" + std::to_string(index)
                                        + R"(,"content_block":)" + std::string(block) + "}");
}
std::string grow(int index, std::string_view delta) {
  return event("content_block_delta", R"({"type":"content_block_delta","index":)" + std::to_string(index)
                                        + R"(,"delta":)" + std::string(delta) + "}");
}
std::string stop_block(int index) {
  return event("content_block_stop", R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}");
}
std::string text_block(int index, std::string_view text) {
  return start_block(index, R"({"type":"text","text":""})")
         + grow(index, R"({"type":"text_delta","text":")" + std::string(text) + R"("})") + stop_block(index);
}
std::string end(std::string_view reason, std::string_view more = {}) {
  return event("message_delta", R"({"type":"message_delta","delta":{"stop_reason":")" + std::string(reason)
                                  + R"(","stop_sequence":null)" + std::string(more)
                                  + R"(},"usage":{"output_tokens":15}})");
}

const std::string two_calls
  = begin + text_block(0, "I look.") + start_block(1, R"({"type":"tool_use","id":"toolu_1","name":"time","input":{}})")
    + grow(1, R"({"type":"input_json_delta","partial_json":""})")
    + grow(1, R"({"type":"input_json_delta","partial_json":"{\"zone\": \"Eur"})") + event("ping", R"({"type":"ping"})")
    + grow(1, R"({"type":"input_json_delta","partial_json":"ope/Berlin\"}"})") + stop_block(1)
    + start_block(2, R"({"type":"tool_use","id":"toolu_2","name":"mcp__a_b__c_d_11487613","input":{}})") + stop_block(2)
    + end("tool_use") + stop;

TEST(AnthropicStream, text_comes_in_pieces_and_whole) {
  const auto out
    = read(begin + start_block(0, R"({"type":"text","text":""})") + event("ping", R"({"type": "ping"})")
           + grow(0, R"({"type":"text_delta","text":"Hello"})")
           + grow(0, R"({"type":"text_delta","text":", wörld 😀!"})") + stop_block(0) + end("end_turn") + stop);
  ASSERT_TRUE(out.answered());
  EXPECT_EQ(out.answer().text, "Hello, wörld 😀!");
  EXPECT_EQ(out.answer().stop_reason, models::stop_reason::end_turn);
  EXPECT_TRUE(out.answer().tool_calls.empty());
  EXPECT_FALSE(out.answer().reasoning);
  ASSERT_EQ(out.pieces.size(), 2U);
  EXPECT_EQ(out.pieces[0].text, "Hello");
}

TEST(AnthropicStream, the_prompt_is_counted_with_its_cached_parts) {
  const auto out = read(begin + text_block(0, "x") + end("end_turn") + stop);
  EXPECT_EQ(out.answer().input_tokens, 1125);
  EXPECT_EQ(out.answer().cache_read_tokens, 1000);
  EXPECT_EQ(out.answer().cache_write_tokens, 100);
  EXPECT_EQ(out.answer().output_tokens, 15);
}

TEST(AnthropicStream, usage_of_the_last_message_counts_and_null_changes_nothing) {
  const auto out
    = read(begin + text_block(0, "x")
           + event("message_delta", R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":)"
                                    R"({"input_tokens":30,"cache_read_input_tokens":null,"output_tokens":7}})")
           + stop);
  EXPECT_EQ(out.answer().input_tokens, 1130);
  EXPECT_EQ(out.answer().output_tokens, 7);
}

TEST(AnthropicStream, parallel_calls_keep_their_order_arguments_and_own_names) {
  const auto out = read(two_calls);
  ASSERT_TRUE(out.answered());
  EXPECT_EQ(out.answer().stop_reason, models::stop_reason::tool_use);
  EXPECT_EQ(out.answer().text, "I look.");
  ASSERT_EQ(out.answer().tool_calls.size(), 2U);
  EXPECT_EQ(out.answer().tool_calls[0].call_id, "toolu_1");
  EXPECT_EQ(out.answer().tool_calls[0].name, "time");
  EXPECT_EQ(base::to_line(out.answer().tool_calls[0].arguments), R"({"zone":"Europe/Berlin"})");
  EXPECT_EQ(out.answer().tool_calls[1].name, "mcp__a.b__c d");
  EXPECT_EQ(base::to_line(out.answer().tool_calls[1].arguments), "{}");
  EXPECT_EQ(out.answer().tool_calls[1].error, "");
  EXPECT_EQ(out.joined(piece_kind::tool_call), "timemcp__a.b__c d");
}

TEST(AnthropicStream, a_cut_behind_any_byte_is_a_break_never_a_short_answer) {
  model_streams::expect_no_short_answer(models::api::anthropic, asked(), two_calls, "\"stop_reason\":\"tool_use\"");
}

TEST(AnthropicStream, reasoning_is_kept_as_it_came_for_the_same_model) {
  const auto out = read(begin + start_block(0, R"({"type":"thinking","thinking":"","signature":""})")
                        + grow(0, R"({"type":"thinking_delta","thinking":"Let me "})")
                        + grow(0, R"({"type":"thinking_delta","thinking":"see."})")
                        + grow(0, R"({"type":"signature_delta","signature":"EqQBCgIYAhIM+/=="})") + stop_block(0)
                        + start_block(1, R"({"type":"redacted_thinking","data":"EmwKAhgBEgy3va3pzix"})") + stop_block(1)
                        + start_block(2, R"({"type":"thinking","thinking":"","signature":""})")
                        + grow(2, R"({"type":"signature_delta","signature":"omitted"})") + stop_block(2)
                        + start_block(3, R"({"type":"tool_use","id":"toolu_1","name":"time","input":{}})")
                        + grow(3, R"({"type":"input_json_delta","partial_json":"{\"b\":1,\"a\":2.5}"})") + stop_block(3)
                        + text_block(4, "") + end("tool_use") + stop);
  ASSERT_TRUE(out.answered());
  ASSERT_TRUE(out.answer().reasoning);
  EXPECT_EQ(out.answer().reasoning->text, "Let me see.");
  EXPECT_EQ(out.answer().reasoning->dialect, "anthropic");
  EXPECT_EQ(out.answer().reasoning->model, "claude-opus-5-5");
  EXPECT_EQ(out.answer().reasoning->payload,
            R"([{"type":"thinking","thinking":"Let me see.","signature":"EqQBCgIYAhIM+/=="},)"
            R"({"type":"redacted_thinking","data":"EmwKAhgBEgy3va3pzix"},)"
            R"({"type":"thinking","thinking":"","signature":"omitted"},)"
            R"({"type":"tool_use","id":"toolu_1","name":"time","input":{"b":1,"a":2.5E0}}])");
  EXPECT_EQ(out.joined(piece_kind::reasoning), "Let me see.");
}

TEST(AnthropicStream, two_blocks_of_reasoning_are_parted_for_people) {
  const auto out = read(begin + start_block(0, R"({"type":"thinking","thinking":"one","signature":""})") + stop_block(0)
                        + start_block(1, R"({"type":"thinking","thinking":"","signature":""})")
                        + grow(1, R"({"type":"thinking_delta","thinking":"two"})") + stop_block(1) + text_block(2, "x")
                        + end("end_turn") + stop);
  ASSERT_TRUE(out.answered());
  EXPECT_EQ(out.answer().reasoning->text, "one\n\ntwo");
}

TEST(AnthropicStream, an_error_event_ends_the_answer_with_the_status_it_stands_for) {
  const auto out
    = read(begin + start_block(0, R"({"type":"text","text":""})") + grow(0, R"({"type":"text_delta","text":"Hal"})")
           + event("error", R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})") + stop);
  ASSERT_FALSE(out.answered());
  EXPECT_EQ(out.error().status, 529);
  EXPECT_EQ(out.error().type, "overloaded_error");
  EXPECT_EQ(out.error().message, "The provider answered 529: Overloaded");
  EXPECT_TRUE(out.error().retryable);
  EXPECT_EQ(out.joined(piece_kind::text), "Hal");
}

TEST(AnthropicStream, an_error_that_no_retry_mends_says_so) {
  const auto out = read(event("error", R"({"type":"error","error":{"type":"invalid_request_error","message":"no"}})"));
  EXPECT_EQ(out.error().status, 400);
  EXPECT_FALSE(out.error().retryable);
}

TEST(AnthropicStream, a_refusal_is_told_and_its_calls_are_dropped) {
  const auto out = read(
    begin + text_block(0, "Well") + start_block(1, R"({"type":"tool_use","id":"t","name":"time","input":{}})")
    + stop_block(1)
    + end("refusal", R"(,"stop_details":{"type":"refusal","category":"cyber","explanation":"This could do harm."})")
    + stop);
  ASSERT_TRUE(out.answered());
  EXPECT_EQ(out.answer().stop_reason, models::stop_reason::refusal);
  EXPECT_EQ(out.answer().refusal, "This could do harm.");
  EXPECT_EQ(out.answer().text, "Well\n\nThis could do harm.");
  EXPECT_TRUE(out.answer().tool_calls.empty());
  const auto silent = read(begin + end("refusal") + stop);
  EXPECT_EQ(silent.answer().text, "The model declined to answer.");
  const auto category
    = read(begin + end("refusal", R"(,"stop_details":{"type":"refusal","category":"bio","explanation":null})") + stop);
  EXPECT_EQ(category.answer().refusal, "The model declined to answer (bio).");
}

TEST(AnthropicStream, every_reason_to_stop_is_known) {
  using models::stop_reason;
  for (const auto& [word, reason] : {std::pair{"end_turn", stop_reason::end_turn},
                                     {"stop_sequence", stop_reason::end_turn},
                                     {"max_tokens", stop_reason::max_tokens},
                                     {"pause_turn", stop_reason::pause_turn},
                                     {"model_context_window_exceeded", stop_reason::context_full},
                                     {"something_new", stop_reason::end_turn}})
    EXPECT_EQ(read(begin + text_block(0, "x") + end(word) + stop).answer().stop_reason, reason) << word;
}

TEST(AnthropicStream, a_paused_answer_can_be_sent_back_as_it_came) {
  const auto out
    = read(begin + text_block(0, "Searching")
           + start_block(1, R"({"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}})")
           + grow(1, R"({"type":"input_json_delta","partial_json":"{\"query\":\"x\"}"})") + stop_block(1)
           + end("pause_turn") + stop);
  ASSERT_TRUE(out.answer().reasoning);
  EXPECT_EQ(
    out.answer().reasoning->payload,
    R"([{"type":"text","text":"Searching"},{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"x"}}])");
  EXPECT_TRUE(out.answer().tool_calls.empty());
}

TEST(AnthropicStream, arguments_that_cannot_be_read_become_a_call_with_an_error) {
  const auto call = [](std::string_view arguments, std::string_view reason) {
    const auto out = read(begin + start_block(0, R"({"type":"tool_use","id":"t","name":"time","input":{}})")
                          + grow(0, R"({"type":"input_json_delta","partial_json":")" + std::string(arguments) + R"("})")
                          + stop_block(0) + end(reason) + stop);
    return out.answer().tool_calls.at(0);
  };
  const auto broken = call("{\\\"zone\\\": ]", "tool_use");
  EXPECT_EQ(broken.arguments, boost::json::value("{\"zone\": ]"));
  EXPECT_TRUE(broken.error.starts_with("The arguments must be a JSON object; they are not JSON: ")) << broken.error;
  EXPECT_EQ(call("[1]", "tool_use").error, "The arguments must be a JSON object; they are another value.");
  EXPECT_EQ(call("{\\\"zone\\\":\\\"Eu", "max_tokens").error,
            "The answer was cut in the middle of this call's arguments.");
  EXPECT_EQ(call("null", "tool_use").arguments, boost::json::value(boost::json::object{}));
}

TEST(AnthropicStream, what_is_not_promised_is_garbled_and_worth_another_try) {
  for (const auto& stream :
       {begin + "data: {\"type\":\n\n", begin + "data: []\n\n", begin + grow(0, R"({"type":"text_delta","text":"x"})"),
        begin + start_block(1, R"({"type":"text","text":""})"), begin + text_block(0, "x") + stop_block(0)}) {
    const auto out = read(stream + end("end_turn") + stop);
    ASSERT_FALSE(out.answered()) << stream;
    EXPECT_EQ(out.error().type, "garbled");
    EXPECT_TRUE(out.error().retryable);
  }
}

TEST(AnthropicStream, a_block_that_never_ended_is_a_break) {
  const auto out = read(begin + start_block(0, R"({"type":"text","text":"half"})") + end("end_turn") + stop);
  EXPECT_EQ(out.error().type, "broken");
}

TEST(AnthropicStream, unknown_events_blocks_and_deltas_are_left_out) {
  const auto out = read(begin + event("new_thing", R"({"type":"new_thing","index":7})")
                        + start_block(0, R"({"type":"new_block","x":1})") + grow(0, R"({"type":"new_delta","y":2})")
                        + stop_block(0) + text_block(1, "x") + end("end_turn") + stop);
  ASSERT_TRUE(out.answered());
  EXPECT_EQ(out.answer().text, "x");
}

TEST(AnthropicStream, nothing_is_taken_after_the_end) {
  const auto out
    = read(begin + text_block(0, "x") + end("end_turn") + stop + start_block(1, R"({"type":"text","text":"more"})"));
  EXPECT_EQ(out.answer().text, "x");
}

TEST(AnthropicStream, ids_that_another_call_has_are_replaced) {
  auto r = asked();
  auto& before = r.messages.emplace_back();
  before.role = models::role::assistant;
  before.tool_calls = {{"toolu_1", "time", boost::json::object{}}};
  const auto out = read(two_calls, r);
  EXPECT_EQ(out.answer().tool_calls[0].call_id, "call_2");
  EXPECT_EQ(out.answer().tool_calls[1].call_id, "toolu_2");
}

TEST(AnthropicStream, an_answer_beyond_the_bound_is_refused) {
  const std::string big = grow(0, R"({"type":"text_delta","text":")" + std::string(1'000'000, 'x') + R"("})");
  std::string stream = begin + start_block(0, R"({"type":"text","text":""})");
  for (int i = 0; i < 9; ++i)
    stream += big;
  const auto out = model_streams::feed(models::api::anthropic, asked(), {stream});
  ASSERT_FALSE(out.answered());
  EXPECT_EQ(out.error().type, "too_large");
  EXPECT_FALSE(out.error().retryable);
}

TEST(AnthropicStream, an_event_beyond_the_bound_is_refused) {
  const auto out
    = model_streams::feed(models::api::anthropic, asked(), {begin, "data: " + std::string(5'000'000, 'x')});
  EXPECT_EQ(out.error().type, "too_large");
}

TEST(AnthropicStream, a_nul_in_an_answer_is_replaced) {
  const auto out = read(begin + text_block(0, "a\\u0000b") + end("end_turn") + stop);
  EXPECT_EQ(out.answer().text, "a\uFFFDb");
}

TEST(AnthropicAnswer, a_body_without_a_stream_reads_the_same) {
  const auto reply = models::read_answer(
    models::api::anthropic, asked(),
    R"({"id":"msg_1","type":"message","role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},)"
    R"({"type":"text","text":"Hi"},{"type":"tool_use","id":"toolu_9","name":"time","input":{"zone":"UTC"}}],)"
    R"("stop_reason":"tool_use","usage":{"input_tokens":3,"output_tokens":4}})");
  ASSERT_TRUE(std::holds_alternative<models::answer>(reply)) << model_streams::print(reply);
  const auto& answer = std::get<models::answer>(reply);
  EXPECT_EQ(answer.text, "Hi");
  EXPECT_EQ(answer.input_tokens, 3);
  ASSERT_EQ(answer.tool_calls.size(), 1U);
  EXPECT_EQ(base::to_line(answer.tool_calls[0].arguments), R"({"zone":"UTC"})");
  EXPECT_EQ(answer.reasoning->text, "hm");
}

TEST(AnthropicAnswer, a_body_that_is_none_is_an_error) {
  for (const auto* body : {"", "<html>", "[]", R"({"type":"message"})", R"({"type":"message","content":[]})"}) {
    const auto reply = models::read_answer(models::api::anthropic, asked(), body);
    EXPECT_TRUE(std::holds_alternative<models::provider_error>(reply)) << body;
  }
}

} // namespace
