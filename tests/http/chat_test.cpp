#include "http/routes/conversation_markdown.hpp"
#include "tests/http/front_fixture.hpp"

#include <gmock/gmock.h>

namespace {

using testing::HasSubstr;
using testing::Not;

class Chats : public testing_http::Front {
protected:
  static void SetUpTestSuite() { start(true); }

  /// A conversation of ann's with one turn of the run r1, and a file.
  static std::string conversation() {
    const auto id = base::new_id();
    engine_->with_session([&](storage::session& s) {
      s.exec(
        "INSERT INTO conversations (id, user_id, title, model, started_at, messages) "
        "VALUES ($1, $2, 'A <b>talk</b>', 'demo:scripted', '2026-01-01T00:00:00.000Z', $3::jsonb)",
        id, users_["ann"],
        std::string(
          R"([{"role":"user","content":"/say hello","run_id":"r1","attachments":[{"id":"f1","name":"a.png","media_type":"image/png","size":3}]},
                             {"role":"assistant","content":"hello zebra","run_id":"r1","usage":{"input_tokens":1,"output_tokens":2,"cost_usd":null}}])"));
    });
    return id;
  }
  static testing_http::raw_answer say(const std::string& id, const std::string& body) {
    return ask("POST", "/api/conversations/" + id + "/messages", session_of(users_["ann"]), body);
  }
};

TEST_F(Chats, a_message_that_is_answered_anew_keeps_its_text_and_files) {
  const auto id = conversation();
  EXPECT_EQ(say(id, R"({"replaces":"r1"})").status, 202);
  EXPECT_EQ(engine_->last_message, "/say hello");
  EXPECT_EQ(engine_->last_replaced, "r1");
  ASSERT_EQ(engine_->last_attachments.size(), 1U);
  EXPECT_EQ(engine_->last_attachments[0].id, "f1");
}

TEST_F(Chats, an_edited_message_keeps_its_files_unless_others_are_named) {
  const auto id = conversation();
  EXPECT_EQ(say(id, R"({"replaces":"r1","text":"/say other"})").status, 202);
  EXPECT_EQ(engine_->last_message, "/say other");
  EXPECT_EQ(engine_->last_attachments.size(), 1U);
  EXPECT_EQ(say(id, R"({"replaces":"r1","text":"/say other","attachments":[]})").status, 202);
  EXPECT_TRUE(engine_->last_attachments.empty());
}

TEST_F(Chats, only_a_message_that_stands_there_can_be_replaced) {
  const auto a = say(conversation(), R"({"replaces":"r9","text":"x"})");
  EXPECT_EQ(a.status, 422);
  EXPECT_THAT(a.body, HasSubstr("\"replaces\""));
  EXPECT_EQ(say(conversation(), R"({"text":""})").status, 422);
}

TEST_F(Chats, are_searched_with_the_place_that_was_found) {
  const auto id = conversation();
  const auto rows = json_of(ask("GET", "/api/conversations?q=zeb", session_of(users_["ann"]))).as_array();
  ASSERT_FALSE(rows.empty());
  const auto& row = rows.front().as_object();
  EXPECT_EQ(row.at("id"), boost::json::value(id));
  const auto& snippet = row.at("snippet").as_array();
  ASSERT_EQ(snippet.size(), 2U);
  EXPECT_EQ(snippet[0].at("text"), boost::json::value("hello "));
  EXPECT_EQ(snippet[1], (boost::json::object{{"text", "zebra"}, {"hit", true}}));
  EXPECT_EQ(json_of(ask("GET", "/api/conversations?q=zeb", session_of(users_["bob"]))), boost::json::array{});
  EXPECT_EQ(ask("GET", "/api/conversations?q=" + std::string(201, 'x'), session_of(users_["ann"])).status, 422);
}

TEST_F(Chats, are_exported_as_files) {
  const auto id = conversation();
  const auto md = ask("GET", "/api/conversations/" + id + "/export", session_of(users_["ann"]));
  EXPECT_EQ(md.status, 200);
  EXPECT_EQ(md.header("content-type"), "text/markdown; charset=utf-8");
  EXPECT_EQ(md.header("content-disposition"), "attachment; filename=\"a-b-talk-b.md\"");
  EXPECT_THAT(md.body, HasSubstr("# A \\<b\\>talk\\</b\\>"));
  EXPECT_THAT(md.body, HasSubstr("## Assistant\n\nhello zebra"));
  EXPECT_THAT(md.body, HasSubstr("cost unknown"));
  const auto json = ask("GET", "/api/conversations/" + id + "/export?format=json", session_of(users_["ann"]));
  EXPECT_EQ(json_of(json).at("messages").as_array().size(), 2U);
  EXPECT_EQ(ask("GET", "/api/conversations/" + id + "/export?format=pdf", session_of(users_["ann"])).status, 422);
}

TEST_F(Chats, a_view_tells_an_unknown_price_as_unknown) {
  const auto id = conversation();
  const auto view = json_of(ask("GET", "/api/conversations/" + id, session_of(users_["ann"])));
  EXPECT_TRUE(view.at("messages").at(1).at("usage").at("cost_usd").is_null());
  EXPECT_EQ(view.at("usage").at("runs"), boost::json::value(0));
  EXPECT_TRUE(view.at("agent").is_null());
}

TEST(ConversationMarkdown, what_was_said_cannot_pass_for_another_speaker) {
  EXPECT_EQ(http::routes::as_part("## You\nhi\n"), "#### You\nhi\n");
  EXPECT_EQ(http::routes::as_part("###### six"), "###### six\n");
  EXPECT_EQ(http::routes::as_part("Assistant\n---\n"), "Assistant\n\\---\n");
  EXPECT_EQ(http::routes::as_part("Assistant\n==="), "Assistant\n\\===\n");
  EXPECT_EQ(http::routes::as_part("#hashtag"), "#hashtag\n");
}

TEST(ConversationMarkdown, html_and_pictures_become_text) {
  EXPECT_EQ(http::routes::as_part("<script>x</script> 1 < 2"), "&lt;script>x&lt;/script> 1 &lt; 2\n");
  EXPECT_EQ(http::routes::as_part("![dot](http://x/y.png)"), "&#33;[dot](http://x/y.png)\n");
  EXPECT_EQ(http::routes::as_part("\\![dot](http://x/y.png)"), "\\&#33;[dot](http://x/y.png)\n");
  EXPECT_EQ(http::routes::as_part("`<b>` <b>"), "`<b>` &lt;b>\n");
  EXPECT_EQ(http::routes::as_part("\\`<b>` <b>"), "\\`&lt;b>` &lt;b>\n") << "an escaped backtick opens no code";
  EXPECT_EQ(http::routes::as_part("``a`<b>"), "``a`&lt;b>\n") << "nor does one that is never closed";
}

TEST(ConversationMarkdown, code_is_left_alone_and_closed) {
  EXPECT_EQ(http::routes::as_part("```\n# a <b>\n```\n# b"), "```\n# a <b>\n```\n### b\n");
  EXPECT_EQ(http::routes::as_part("````\n```\n<b>"), "````\n```\n<b>\n````\n");
  EXPECT_EQ(http::routes::as_part("- a\n  ```\n<b>"), "- a\n  ```\n&lt;b>\n") << "in a list it would end with the list";
  EXPECT_EQ(http::routes::as_part("```a`b\n<b>"), "```a`b\n&lt;b>\n") << "that is no fence";
}

TEST(ConversationMarkdown, results_of_tools_cannot_leave_their_block) {
  http::routes::conversation_view of;
  auto& m = of.messages.emplace_back();
  m.role = "assistant";
  m.tool_calls = std::vector<records::stored_call>(1);
  m.tool_calls->front().tool_name = "web`";
  m.tool_calls->front().result_summary = "```\n## You\n<script>";
  const auto out = http::routes::to_markdown(of, {});
  EXPECT_THAT(out, HasSubstr("````\n```\n## You\n<script>\n````\n"));
  EXPECT_THAT(out, HasSubstr("**Tool:** web\\`, failed"));
}

} // namespace
