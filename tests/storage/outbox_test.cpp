#include "storage/outbox.hpp"

#include "storage/webhook_targets.hpp"
#include "tests/storage/journal_fixture.hpp"

namespace {

using records::delivery_state;
using records::outbox_channel;

struct Outbox : journal_fixture {
  storage::session own = database.open();
  storage::journal_store store{own};

  std::string add_target(const std::optional<std::string>& owner) {
    records::webhook_target t;
    t.id = base::new_id();
    t.name = "crm";
    t.url = "https://example.org/hook";
    t.owner_user_id = owner;
    t.created_at = now;
    storage::webhook_targets::create(s, t);
    return t.id;
  }

  /// Queues a run and ends it.
  std::string ended_run(const std::string& key, records::run_state state, boost::json::value reply_to = nullptr) {
    auto run = webhook_run(key);
    run.run.reply_to = std::move(reply_to);
    EXPECT_TRUE(store.queue({run}).at(0));
    end(run.run.id, state);
    return run.run.id;
  }

  void end(const std::string& id, records::run_state state) {
    records::run_write w;
    w.run_id = id;
    auto& change = w.change.emplace();
    change.state = state;
    change.result = "done";
    change.ended_at = now;
    EXPECT_FALSE(store.write({w}).at(0));
  }

  void add(const std::string& lane, const std::string& id) {
    records::outbox_record row;
    row.id = id;
    row.lane = lane;
    row.owner_user_id = ada;
    row.body = boost::json::object{{"type", "test"}};
    row.created_at = now;
    storage::outbox::add(s, row);
  }

  std::vector<std::string> due(const std::vector<std::string>& without = {}, base::timestamp at = {}, int lanes = 10) {
    std::vector<std::string> out;
    for (const auto& row : storage::outbox::load_due(s, without, at == base::timestamp{} ? now : at, lanes, 2).rows)
      out.push_back(row.id);
    return out;
  }
};

TEST_F(Outbox, the_end_of_a_run_is_written_with_the_run_once_for_each_target_that_wants_it) {
  const auto both = add_target(ada);
  const auto errors = add_target(ada);
  storage::webhook_targets::set_of_agent(
    s, agent_id, {{agent_id, both, records::told_ends::both}, {agent_id, errors, records::told_ends::error}});
  const auto good = ended_run("1", records::run_state::success);
  end(good, records::run_state::success); // the same batch, given a second time
  ended_run("2", records::run_state::stopped);
  const auto bad = ended_run("3", records::run_state::error);
  const auto told = storage::outbox::list(s, outbox_channel::webhook, both);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[1].run_id, good);
  EXPECT_EQ(told[0].run_id, bad);
  EXPECT_EQ(told[1].owner_user_id, ada);
  EXPECT_EQ(told[1].body.at("data").at("result"), "done");
  EXPECT_EQ(told[1].body.at("data").at("agent"), "watcher");
  EXPECT_EQ(storage::outbox::list(s, outbox_channel::webhook, errors).size(), 1U);
}

TEST_F(Outbox, a_run_replies_to_where_it_came_from) {
  const auto id
    = ended_run("1", records::run_state::stopped, boost::json::object{{"channel", "telegram"}, {"lane", "7"}});
  const auto told = storage::outbox::list(s, outbox_channel::telegram, "7");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].run_id, id);
  EXPECT_EQ(told[0].body.at("to").at("lane"), "7");
}

TEST_F(Outbox, a_target_must_be_the_agents_owners) {
  EXPECT_THROW(
    storage::webhook_targets::set_of_agent(s, agent_id, {{agent_id, add_target(bob), records::told_ends::both}}),
    base::failure_error);
  EXPECT_FALSE(storage::webhook_targets::any_agent_is_told(s));
}

TEST_F(Outbox, lanes_go_on_side_by_side_each_in_order_and_from_its_first_row) {
  add("a", "a1");
  add("b", "b1");
  add("a", "a2");
  add("a", "a3");
  add("a", "a1"); // the same id
  EXPECT_EQ(due(), (std::vector<std::string>{"a1", "b1", "a2"}));
  EXPECT_EQ(due({"webhook a"}), (std::vector<std::string>{"b1"}));
  const auto first = storage::outbox::list(s, outbox_channel::webhook, "a").back();
  const auto later = now + std::chrono::minutes{5};
  storage::outbox::mark(s, {{first.seq, delivery_state::waiting, 1, 0, later, {}, 503, "It answered 503."}});
  EXPECT_EQ(due(), (std::vector<std::string>{"b1"})) << "what comes behind it waits, too";
  EXPECT_EQ(storage::outbox::load_due(s, {}, now, 10, 2).next_at, later);
  EXPECT_EQ(due({}, later), (std::vector<std::string>{"a1", "b1", "a2"}));
  storage::outbox::mark(s, {{first.seq, delivery_state::sent, 2, 0, later, later, 200, {}}});
  EXPECT_EQ(due({"webhook b"}), (std::vector<std::string>{"a2", "a3"}));
  EXPECT_EQ(due({}, {}, 1).size(), 2U) << "one lane";
}

TEST_F(Outbox, what_was_given_up_is_seen_by_its_owner_and_sent_again_as_the_last) {
  add("a", "a1");
  add("a", "a2");
  storage::outbox::give_up(s, outbox_channel::webhook, "a", "gone", now);
  EXPECT_TRUE(due().empty());
  const records::viewer by_ada{ada, records::user_role::user};
  const records::viewer by_bob{bob, records::user_role::user};
  EXPECT_EQ(storage::outbox::dead(s, by_ada).size(), 2U);
  EXPECT_TRUE(storage::outbox::dead(s, by_bob).empty());
  EXPECT_FALSE(storage::outbox::send_again(s, by_bob, "a1", now));
  EXPECT_TRUE(storage::outbox::send_again(s, by_ada, "a1", now));
  EXPECT_FALSE(storage::outbox::send_again(s, by_ada, "a1", now));
  EXPECT_TRUE(storage::outbox::send_again(s, by_ada, "a2", now));
  EXPECT_EQ(due(), (std::vector<std::string>{"a1", "a2"}));
}

TEST_F(Outbox, the_same_event_id_with_another_body_is_a_conflict) {
  const auto first = store.queue({webhook_run("k", "1")}).at(0);
  ASSERT_TRUE(first);
  const auto same = store.queue({webhook_run("k", "1")}).at(0);
  ASSERT_TRUE(same);
  EXPECT_TRUE(same->duplicate);
  const auto other = store.queue({webhook_run("k", "2")}).at(0);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, base::errc::conflict);
}

TEST_F(Outbox, a_turn_that_came_as_an_event_waits_for_the_one_before_and_is_never_lost) {
  const auto turn = [&](const std::string& key) {
    auto out = webhook_run(key);
    out.run.kind = records::run_kind::chat;
    out.run.agent_id.reset();
    out.run.conversation_id = conversation_id;
    out.event->source = "telegram";
    out.user_message = "hello";
    return out;
  };
  auto first = turn("1");
  auto second = turn("2");
  const auto both = store.queue({first, second}); // in one batch
  ASSERT_TRUE(both.at(0)) << both.at(0).error().message;
  ASSERT_FALSE(both.at(1));
  EXPECT_EQ(both.at(1).error().code, base::errc::conflict);
  EXPECT_EQ(s.exec("SELECT 1 FROM trigger_events").size(), 1U) << "no event without its run";
  EXPECT_TRUE(store.queue({first}).at(0)) << "the same batch again";

  records::run_write w;
  w.events.push_back(*second.event);
  w.events.back().outcome = "waiting";
  ASSERT_FALSE(store.write({w}).at(0));
  EXPECT_FALSE(store.queue({second}).at(0));
  end(first.run.id, records::run_state::success);
  const auto stored = store.queue({second}).at(0);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->run_id, second.run.id);
  EXPECT_EQ(s.exec("SELECT run_id, outcome FROM trigger_events WHERE dedupe_key = '2'").text(0, 1), "queued");
  auto again = turn("2");
  const auto repeated = store.queue({again}).at(0);
  ASSERT_TRUE(repeated) << repeated.error().message;
  EXPECT_TRUE(repeated->duplicate);
  EXPECT_EQ(repeated->run_id, second.run.id);
}

} // namespace
