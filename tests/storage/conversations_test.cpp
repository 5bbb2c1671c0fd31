#include "storage/conversations.hpp"

#include "storage/runs.hpp"
#include "tests/storage/journal_fixture.hpp"

#include <boost/json/parse.hpp>

using records::run_state;

namespace {

struct Conversations : journal_fixture {
  storage::session own = database.open(); ///< the journal's
  storage::journal_store store{own};

  /// A turn that was said and answered.
  std::string turn(const std::string& text, const std::string& answer,
                   const std::optional<std::string>& replaces = std::nullopt) {
    auto run = chat_run(text);
    run.replaces = replaces;
    const auto out = store.queue({run});
    if (!out.front())
      return out.front().error().message;
    auto end = end_of(run.run.id, answer);
    end.conversation_id = conversation_id;
    end.change->input_tokens = 10;
    end.change->output_tokens = 2;
    end.change->cost_usd = 0.5;
    end.change->answer = records::stored_message{.role = "assistant",
                                                 .content = answer,
                                                 .tool_calls = {},
                                                 .run_id = {},
                                                 .at = now,
                                                 .usage = records::turn_usage{10, 2, 0.5}};
    store.write({end});
    return run.run.id;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> out;
    const auto row = storage::conversations::find(s, ada, conversation_id);
    for (const auto& m : row->messages)
      out.push_back(m.content);
    return out;
  }
  std::vector<std::string> found(const std::string& words, const std::string& user) {
    std::vector<std::string> out;
    for (const auto& hit : storage::conversations::search(s, user, words))
      out.push_back(hit.snippet.value_or("(title)"));
    return out;
  }
};

using texts_are = std::vector<std::string>;

TEST_F(Conversations, a_turn_that_is_said_anew_takes_the_place_of_all_that_followed_and_keeps_it_as_a_version) {
  turn("one", "1");
  const auto second = turn("two", "2");
  turn("three", "3");
  const auto anew = turn("two, again", "2b", second);
  EXPECT_EQ(texts(), (texts_are{"one", "1", "two, again", "2b"}));
  const auto messages = storage::conversations::find(s, ada, conversation_id)->messages;
  EXPECT_FALSE(messages[0].versions);
  EXPECT_EQ(messages[2].versions, 2);

  const auto once_more = turn("two, for good", "2c", anew);
  const auto versions = storage::conversations::versions(s, ada, conversation_id, once_more);
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[0].run_id, anew);
  EXPECT_EQ(versions[0].messages.back().content, "2b");
  EXPECT_EQ(versions[1].run_id, second);
  ASSERT_EQ(versions[1].messages.size(), 4U);
  EXPECT_EQ(versions[1].messages[3].content, "3");
  EXPECT_EQ(storage::conversations::find(s, ada, conversation_id)->messages[2].versions, 3);
  EXPECT_TRUE(storage::conversations::versions(s, bob, conversation_id, once_more).empty());
  EXPECT_EQ(storage::conversations::all_versions(s, ada, conversation_id).size(), 2U);
}

TEST_F(Conversations, the_first_turn_can_be_said_anew) {
  const auto first = turn("one", "1");
  turn("one, again", "1b", first);
  EXPECT_EQ(texts(), (texts_are{"one, again", "1b"}));
}

TEST_F(Conversations, nothing_is_replaced_while_a_turn_runs) {
  const auto first = turn("one", "1");
  store.queue({chat_run("two")});
  auto anew = chat_run("one, again");
  anew.replaces = first;
  const auto out = store.queue({anew});
  ASSERT_FALSE(out.front());
  EXPECT_EQ(out.front().error().code, base::errc::conflict);
  EXPECT_EQ(texts(), (texts_are{"one", "1", "two"}));
  EXPECT_EQ(count("conversation_versions"), 0);
}

TEST_F(Conversations, what_is_not_there_any_more_cannot_be_replaced) {
  const auto first = turn("one", "1");
  turn("one, again", "1b", first);
  auto anew = chat_run("one, late");
  anew.replaces = first;
  const auto out = store.queue({anew});
  ASSERT_FALSE(out.front());
  EXPECT_EQ(out.front().error().code, base::errc::conflict);
  EXPECT_EQ(count("runs"), 2);
}

TEST_F(Conversations, a_batch_with_a_replacing_turn_can_be_given_twice) {
  const auto first = turn("one", "1");
  auto anew = chat_run("one, again");
  anew.replaces = first;
  ASSERT_TRUE(store.queue({anew, webhook_run("k")}).front());
  const auto again = store.queue({anew});
  ASSERT_TRUE(again.front()) << again.front().error().message;
  EXPECT_EQ(texts(), texts_are{"one, again"});
  EXPECT_EQ(count("conversation_versions"), 1);
}

TEST_F(Conversations, a_replacing_turn_reads_only_what_stands_before_it) {
  turn("one", "1");
  const auto second = turn("two", "2");
  auto anew = chat_run("two, again");
  anew.replaces = second;
  store.queue({anew});
  const auto claimed = store.claim({ada, records::run_priority::interactive, 1}, now);
  ASSERT_EQ(claimed.size(), 1U);
  ASSERT_EQ(claimed[0].history.size(), 2U);
  EXPECT_EQ(claimed[0].history[1].content, "1");
}

TEST_F(Conversations, messages_are_stored_without_what_they_do_not_have) {
  turn("one", "1");
  const auto row = s.exec("SELECT messages FROM conversations WHERE id = $1", conversation_id);
  EXPECT_EQ(row.text(0, 0)->find("null"), std::string_view::npos) << *row.text(0, 0);
}

TEST_F(Conversations, are_found_by_the_beginnings_of_words_in_title_and_messages) {
  turn("Where do swallows go in winter?", "To Africa, mostly.");
  storage::conversations::rename(s, ada, conversation_id, "Birds of passage");
  EXPECT_EQ(found("swall", ada), texts_are{"Where do \x02swallows\x03 go in winter"});
  EXPECT_EQ(found("AFRICA swallow", ada).size(), 1U) << "words of different messages count together";
  EXPECT_EQ(found("passage", ada), texts_are{"(title)"});
  EXPECT_EQ(found("passage winter", ada).size(), 1U);
  EXPECT_TRUE(found("wallow", ada).empty());
  EXPECT_TRUE(found("swallows penguins", ada).empty());
  EXPECT_TRUE(found("...", ada).empty());
  EXPECT_TRUE(found("swallows", bob).empty()) << "nobody finds another's";
}

TEST_F(Conversations, words_that_look_like_a_query_are_words) {
  turn("it's a & b | c:* \\ 'quoted' !x <-> y", "yes");
  for (const char* words : {"it's", "a & b", "c:*", "'quoted'", "!x", "\\", "y <-> x", "(", "'"})
    EXPECT_NO_THROW((void)found(words, ada)) << words;
  EXPECT_EQ(found("quoted", ada).size(), 1U);
}

TEST_F(Conversations, marks_in_messages_are_not_taken_for_hits) {
  turn("a \x02"
       "fake\x03 hit and a true word",
       "1");
  EXPECT_EQ(found("true", ada), texts_are{"a fake hit and a \x02true\x03 word"});
}

TEST_F(Conversations, what_was_replaced_is_not_found_any_more) {
  storage::conversations::rename(s, ada, conversation_id, "Animals"); // else the first message stays as the title
  const auto first = turn("about lions", "roar");
  turn("about tigers", "growl", first);
  EXPECT_TRUE(found("lions", ada).empty());
  EXPECT_TRUE(found("roar", ada).empty());
  EXPECT_EQ(found("tigers growl", ada).size(), 1U);
}

TEST_F(Conversations, a_very_long_message_is_stored_and_found) {
  std::string text;
  for (int i = 0; text.size() < 1'500'000; ++i)
    text += "wort" + std::to_string(i) + "ü ";
  turn("short", text);
  EXPECT_EQ(texts().size(), 2U);
  EXPECT_EQ(found("wort17", ada).size(), 1U);
}

TEST_F(Conversations, rows_of_older_programs_are_found_too) {
  s.exec(
    "INSERT INTO conversations (id, user_id, messages) VALUES ('old', $1, $2::jsonb)", ada,
    std::string(
      R"([{"role":"user","content":[{"type":"text","text":"an albatross"},{"type":"image"}]},{"role":"assistant","content":null}])"));
  s.exec("INSERT INTO conversations (id, user_id, messages) VALUES ('odd', $1, '{}'::jsonb)", ada);
  EXPECT_EQ(found("albatross", ada), texts_are{"an \x02"
                                               "albatross\x03"});
}

TEST_F(Conversations, usage_counts_every_turn_also_those_that_were_replaced) {
  const auto first = turn("one", "1");
  turn("one, again", "1b", first);
  const auto used = storage::conversations::usage(s, ada, conversation_id);
  EXPECT_EQ(used.runs, 2);
  EXPECT_EQ(used.input_tokens, 20);
  EXPECT_EQ(used.output_tokens, 4);
  EXPECT_DOUBLE_EQ(used.cost_usd, 1.0);
  EXPECT_EQ(used.unpriced_runs, 0);
  EXPECT_EQ(storage::conversations::usage(s, bob, conversation_id).runs, 0);
  EXPECT_EQ(storage::runs::usage(s, ada, std::nullopt).runs, 2);
  EXPECT_EQ(storage::runs::usage(s, ada, now + std::chrono::hours(1)).runs, 0);
}

TEST_F(Conversations, an_agent_is_available_to_its_owner_while_it_is_there) {
  const records::viewer as_ada{ada, records::user_role::user};
  const auto system_agent = add_agent(std::nullopt);
  EXPECT_TRUE(storage::conversations::agent(s, as_ada, agent_id)->available);
  EXPECT_FALSE(storage::conversations::agent(s, {bob, records::user_role::admin}, agent_id)->available)
    << "not even an admin talks with another's";
  EXPECT_FALSE(storage::conversations::agent(s, as_ada, system_agent)->available);
  EXPECT_TRUE(storage::conversations::agent(s, {bob, records::user_role::admin}, system_agent)->available);
  s.exec("UPDATE agents SET enabled = FALSE, deleted_at = 'x' WHERE id = $1", agent_id);
  const auto gone = storage::conversations::agent(s, as_ada, agent_id);
  ASSERT_TRUE(gone);
  EXPECT_FALSE(gone->available);
  EXPECT_EQ(gone->name, "watcher");
  EXPECT_FALSE(storage::conversations::agent(s, as_ada, "no such"));
}

} // namespace
