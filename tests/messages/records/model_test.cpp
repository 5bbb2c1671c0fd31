#include "messages/records/model.hpp"

#include <gtest/gtest.h>

namespace {

template <class T>
T read(std::string_view text) {
  std::string fault;
  const auto json = base::parse_json(text, fault);
  EXPECT_TRUE(json) << fault;
  base::field_errors errors;
  auto out = base::from_json<T>(*json, errors);
  EXPECT_TRUE(out) << base::to_string(errors);
  return out.value_or(T{});
}

TEST(ModelRecords, an_answer_stored_before_reasoning_was_kept_still_reads) {
  const auto answer = read<models::answer>(
    R"({"text":"hi","tool_calls":[{"call_id":"c","name":"time","arguments":{"zone":"UTC"}}],"stop_reason":"tool_use",)"
    R"("input_tokens":3,"output_tokens":2,"cost_usd":0.5})");
  EXPECT_EQ(answer.text, "hi");
  ASSERT_EQ(answer.tool_calls.size(), 1U);
  EXPECT_EQ(answer.tool_calls[0].error, "");
  EXPECT_EQ(answer.cache_read_tokens, 0);
  EXPECT_EQ(answer.cache_write_tokens, 0);
  EXPECT_EQ(answer.refusal, "");
  EXPECT_FALSE(answer.reasoning);
}

TEST(ModelRecords, a_message_stored_before_attachments_still_reads) {
  const auto message = read<models::message>(
    R"({"role":"tool","text":"","untrusted":"{}","tool_calls":[],"tool_call_id":"c","tool_name":"time"})");
  EXPECT_EQ(message.role, models::role::tool);
  EXPECT_TRUE(message.attachments.empty());
  EXPECT_FALSE(message.reasoning);
}

TEST(ModelRecords, reasoning_comes_back_from_the_journal_byte_by_byte) {
  models::answer answer;
  answer.reasoning = models::reasoning{
    "because", "anthropic", "claude-opus-5-5",
    R"([{"type":"thinking","thinking":"because","signature":"EqQB+/=="},{"type":"redacted_thinking","data":"Em…"}])"};
  const auto again = read<models::answer>(base::print(answer));
  ASSERT_TRUE(again.reasoning);
  EXPECT_EQ(again.reasoning->payload, answer.reasoning->payload);
  EXPECT_EQ(again.reasoning->dialect, "anthropic");
  EXPECT_EQ(again.reasoning->model, "claude-opus-5-5");
  EXPECT_EQ(base::to_json(again), base::to_json(answer));
}

TEST(ModelRecords, attachments_of_a_message_come_back) {
  models::message message;
  message.attachments = {{models::media_kind::pdf, "application/pdf", "JVBERi0=", "a.pdf"}};
  const auto again = read<models::message>(base::print(message));
  ASSERT_EQ(again.attachments.size(), 1U);
  EXPECT_EQ(again.attachments[0].kind, models::media_kind::pdf);
  EXPECT_EQ(again.attachments[0].media_type, "application/pdf");
  EXPECT_EQ(again.attachments[0].base64, "JVBERi0=");
  EXPECT_EQ(again.attachments[0].name, "a.pdf");
}

} // namespace
