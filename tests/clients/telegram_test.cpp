#include "clients/telegram/bot_api.hpp"
#include "clients/telegram/format.hpp"
#include "clients/telegram/updates.hpp"
#include "clients/telegram/words.hpp"

#include "base/described.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace {

using telegram::to_messages;

std::string html(std::string_view markdown) {
  const auto all = to_messages(markdown);
  EXPECT_EQ(all.size(), 1U) << markdown;
  return all.empty() ? std::string{} : all[0].html;
}

TEST(TelegramFormat, markdown_becomes_the_html_that_telegram_takes) {
  EXPECT_EQ(html("**bold** and *italic* and ~~gone~~ and `co<de>`"),
            "<b>bold</b> and <i>italic</i> and <s>gone</s> and <code>co&lt;de&gt;</code>");
  EXPECT_EQ(html("# Head\n\nText & <b>raw</b>"), "<b>Head</b>\n\nText &amp; &lt;b&gt;raw&lt;/b&gt;");
  EXPECT_EQ(html("[a **b**](https://e.org/?a=1&b=\"2\")"),
            "<a href=\"https://e.org/?a=1&amp;b=&quot;2&quot;\">a <b>b</b></a>");
  EXPECT_EQ(html("[x](javascript:alert(1))"), "x");
  EXPECT_EQ(html("> said\n> twice\n\nafter"), "<blockquote>said\ntwice</blockquote>\n\nafter");
  EXPECT_EQ(html("```python\nif a < b:\n  pass\n```"),
            "<pre><code class=\"language-python\">if a &lt; b:\n  pass</code></pre>");
  EXPECT_EQ(html("**bold `code` bold**"), "<b>bold </b><code>code</code><b> bold</b>");
  EXPECT_EQ(html("***both***"), "<b><i>both</i></b>");
}

TEST(TelegramFormat, lists_and_tables_are_lines) {
  EXPECT_EQ(html("Before:\n\n- one\n- two\n  - inner\n\nafter"), "Before:\n• one\n• two\n  • inner\n\nafter");
  EXPECT_EQ(html("3. three\n4. four"), "3. three\n4. four");
  EXPECT_EQ(html("| a | bb |\n|---|---|\n| ccc | **d** |"), "<pre>a    bb\n-------\nccc  d</pre>");
}

TEST(TelegramFormat, long_text_is_cut_at_the_ends_of_paragraphs) {
  std::string text;
  for (int i = 0; i < 30; ++i)
    text += "Paragraph " + std::to_string(i) + " " + std::string(300, 'x') + "\n\n";
  const auto all = to_messages(text);
  ASSERT_GT(all.size(), 2U);
  std::string joined;
  for (const auto& m : all) {
    EXPECT_LE(telegram::utf16_units(m.plain), telegram::most_units);
    EXPECT_TRUE(m.plain.starts_with("Paragraph")) << m.plain.substr(0, 20);
    EXPECT_TRUE(m.plain.ends_with("x"));
    joined += m.plain + "\n\n";
  }
  EXPECT_EQ(joined, text);
}

TEST(TelegramFormat, units_are_those_of_utf16_and_characters_stay_whole) {
  std::string faces;
  for (int i = 0; i < 5000; ++i)
    faces += "😀";
  const auto all = to_messages(faces);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(telegram::utf16_units(all[0].plain), 4096U);
  EXPECT_EQ(all[0].plain.size() % 4, 0U);
}

TEST(TelegramFormat, code_blocks_stay_whole_where_they_fit_and_are_opened_again_where_not) {
  const std::string words(3000, 'w');
  std::string lines;
  for (int i = 0; i < 150; ++i)
    lines += "line " + std::to_string(i) + "\n";
  const auto whole = to_messages(words + "\n\n```sh\n" + lines + "```\n");
  ASSERT_EQ(whole.size(), 2U);
  EXPECT_TRUE(whole[1].html.starts_with("<pre><code class=\"language-sh\">line 0\n"));
  const auto cut = to_messages("```sh\n" + lines + lines + lines + lines + "```\n");
  ASSERT_EQ(cut.size(), 2U);
  for (const auto& m : cut) {
    EXPECT_TRUE(m.html.starts_with("<pre><code class=\"language-sh\">line "));
    EXPECT_TRUE(m.html.ends_with("</code></pre>"));
  }
}

TEST(TelegramFormat, nothing_to_see_is_no_message) {
  EXPECT_TRUE(to_messages("").empty());
  EXPECT_TRUE(to_messages(" \n\n").empty());
}

TEST(TelegramFormat, hostile_markdown_takes_no_time) {
  const auto begin = std::chrono::steady_clock::now();
  for (const auto* piece : {"*", "[", "> ", "- ", "`", "| a ", "**a", "![", "<", "\\", "\n- "}) {
    std::string text;
    while (text.size() < 200'000)
      text += piece;
    for (const auto& m : to_messages(text))
      EXPECT_LE(telegram::utf16_units(m.plain), telegram::most_units);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{20});
}

std::optional<records::telegram_update> update(std::string_view text) {
  std::string error;
  return telegram::read_update(base::parse_json(text, error).value());
}

TEST(TelegramUpdates, messages_are_read_with_chat_sender_and_files) {
  const auto u = update(R"({"update_id": 7, "message": {"message_id": 3, "date": 1, "caption": "Look",
    "from": {"id": 5, "is_bot": false, "first_name": "Anna", "last_name": "B"},
    "chat": {"id": -100123, "type": "supergroup", "title": "Home"},
    "photo": [{"file_id": "small", "file_size": 10}, {"file_id": "large", "file_size": 90}],
    "document": {"file_id": "doc", "file_name": "a.pdf", "mime_type": "application/pdf", "file_size": 12}}})");
  ASSERT_TRUE(u);
  EXPECT_EQ(u->kind, records::telegram_update_kind::message);
  EXPECT_EQ(u->chat_id, "-100123");
  EXPECT_EQ(u->chat_title, "Home");
  EXPECT_EQ(u->from_name, "Anna B");
  EXPECT_EQ(u->text.str(), "Look");
  ASSERT_EQ(u->files.size(), 2U);
  EXPECT_EQ(u->files[0].name, "a.pdf");
  EXPECT_EQ(u->files[1].file_id, "large");
}

TEST(TelegramUpdates, buttons_and_others_are_told_apart) {
  const auto button
    = update(R"({"update_id": 8, "callback_query": {"id": "q", "data": "a:1", "from": {"first_name": "A"},
    "message": {"message_id": 4, "chat": {"id": 5, "type": "private", "first_name": "A"}}}})");
  EXPECT_EQ(button->kind, records::telegram_update_kind::button);
  EXPECT_EQ(button->button_data, "a:1");
  EXPECT_EQ(button->chat_id, "5");
  const auto edited = update(R"({"update_id": 9, "edited_message": {"chat": {"id": 5}, "text": "x"}})");
  EXPECT_EQ(edited->kind, records::telegram_update_kind::other);
  EXPECT_EQ(edited->what, "edited_message");
  EXPECT_EQ(edited->chat_id, "5");
}

TEST(TelegramUpdates, broken_ones_do_no_harm) {
  for (const auto* text : {"{}", "[]", "1", R"({"update_id": "7"})", R"({"update_id": 1e300})"})
    EXPECT_FALSE(update(text)) << text;
  for (const auto* text :
       {R"({"update_id": 7, "message": 3})", R"({"update_id": 7, "message": {"chat": [], "text": 1}})",
        R"({"update_id": 7, "message": {"photo": [], "chat": {"id": "x"}}})", R"({"update_id": 7})"})
    EXPECT_EQ(update(text)->kind, records::telegram_update_kind::other) << text;
}

net::response said(int status, std::string body) {
  net::response out;
  out.head.status = status;
  out.body = std::move(body);
  return out;
}

TEST(TelegramApi, answers_say_what_to_do_and_never_the_token) {
  const telegram::bot b{"https://api.telegram.org", base::secret("12:secret")};
  using enum telegram::meaning;
  const auto meaning
    = [&](int status, std::string body) { return telegram::read(b, said(status, std::move(body))).meaning; };
  EXPECT_EQ(meaning(200, R"({"ok":true,"result":1})"), ok);
  EXPECT_EQ(meaning(400, R"({"ok":false,"error_code":400,"description":"Bad Request: can't parse entities: x"})"),
            bad_formatting);
  EXPECT_EQ(meaning(400, R"({"ok":false,"error_code":400,"description":"Bad Request: message is not modified"})"),
            not_modified);
  EXPECT_EQ(meaning(400, R"({"ok":false,"error_code":400,"description":"Bad Request: chat not found"})"), refused);
  EXPECT_EQ(meaning(401, R"({"ok":false,"error_code":401,"description":"Unauthorized"})"), bad_token);
  EXPECT_EQ(meaning(403, R"({"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"})"),
            forbidden);
  EXPECT_EQ(meaning(409, R"({"ok":false,"error_code":409,"description":"Conflict"})"), second_poller);
  EXPECT_EQ(meaning(502, "<html>Bad Gateway</html>"), away);
  EXPECT_EQ(meaning(200, R"({"ok":"yes"})"), away);
  const auto flood_answer = telegram::read(
    b, said(429, R"({"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":7}})"));
  EXPECT_EQ(flood_answer.meaning, flood);
  EXPECT_EQ(flood_answer.retry_after, std::chrono::seconds{7});
  EXPECT_EQ(telegram::read(b, said(404, R"({"ok":false,"description":"no /bot12:secret/x"})")).description,
            "no /bot***/x");
  EXPECT_TRUE(telegram::is_token("123:ABC-def_1"));
  for (const auto* text : {"", "abc", "123:", ":x", "12a:x", "123:a/b", "123:a b"})
    EXPECT_FALSE(telegram::is_token(text)) << text;
}

TEST(TelegramWords, all_must_be_there_in_any_order_and_case) {
  const auto trigger = [](std::string id, std::string words, const char* at) {
    records::telegram_trigger t;
    t.id = std::move(id);
    t.trigger_word = std::move(words);
    t.created_at = base::from_iso8601(at);
    return t;
  };
  std::vector<records::telegram_trigger> all{
    trigger("a", "Rechnung", "2026-01-02T00:00:00Z"), trigger("b", "rechnung offen", "2026-01-03T00:00:00Z"),
    trigger("c", "RECHNUNG", "2026-01-01T00:00:00Z"), trigger("d", "straße", "2026-01-01T00:00:00Z"),
    trigger("e", "café", "2026-01-01T00:00:00Z"),     trigger("f", " , ", "2026-01-01T00:00:00Z")};
  const auto match = [&](std::string_view text) {
    const auto* t = telegram::best_match(text, all);
    return t == nullptr ? std::string{} : t->id;
  };
  EXPECT_EQ(match("Ist die RECHNUNG noch OFFEN?"), "b");
  EXPECT_EQ(match("eine rechnung."), "c") << "of two alike the oldest";
  EXPECT_EQ(match("Rechnungen"), "") << "whole words";
  EXPECT_EQ(match("HAUPTSTRASSE, STRASSE"), "d");
  EXPECT_EQ(match("im CAFE\u0301 heute"), "e");
  EXPECT_EQ(match("ｃａｆé"), "e");
  EXPECT_EQ(match("nothing"), "");
  all[1].enabled = false;
  EXPECT_EQ(match("rechnung offen"), "c");
}

} // namespace
