#include "storage/journal_store.hpp"
#include "storage/runs.hpp"

#include "security/audit_chain.hpp"
#include "storage/audit_log.hpp"
#include "storage/runs.hpp"
#include "tests/storage/journal_fixture.hpp"

using records::run_priority;
using records::run_state;

namespace {

struct JournalStore : journal_fixture {
  storage::session own = database.open(); ///< the journal's
  storage::journal_store store{own};
};

records::step_record tool_step(const std::string& run_id, int seq, records::step_state state) {
  records::step_record s;
  s.run_id = run_id;
  s.seq = seq;
  s.kind = records::step_kind::tool;
  s.state = state;
  s.name = "time";
  s.request = boost::json::object{{"call_id", "c1"}};
  if (state == records::step_state::done)
    s.response = boost::json::object{{"success", true}};
  return s;
}

records::audit_record audit_row(const std::string& tool) {
  records::audit_record a;
  a.timestamp = *base::from_iso8601("2026-03-01T10:00:02.000Z");
  a.tool_name = tool;
  a.arguments
    = boost::json::object{{"z", 1.0}, {"a", "ü\n"}, {"n", 1e300}, {"deep", boost::json::array{1, -2.5, nullptr}}};
  a.result_summary = "ok";
  return a;
}

records::confirmation_record question(const std::string& run_id, const std::string& conversation,
                                      const std::string& user) {
  records::confirmation_record c;
  c.id = base::new_id();
  c.run_id = run_id;
  c.call_id = "call-1";
  c.conversation_id = conversation;
  c.owner_user_id = user;
  c.tool_name = "filesystem";
  c.arguments = boost::json::object{{"path", "a.txt"}};
  c.hash = "h";
  c.created_at = *base::from_iso8601("2026-03-01T10:00:00.000Z");
  c.expires_at = *base::from_iso8601("2026-03-01T10:10:00.000Z");
  return c;
}

} // namespace

TEST_F(JournalStore, stores_event_and_run_together) {
  const auto in = webhook_run("key-1", "{\"a\": \"text\"}");
  const auto out = store.queue({in});
  ASSERT_TRUE(out.at(0));
  EXPECT_EQ(out[0]->run_id, in.run.id);
  EXPECT_EQ(out[0]->event_id, in.event->id);
  EXPECT_FALSE(out[0]->duplicate);
  const auto claimed = store.claim({ada, run_priority::autonomous, 10}, now);
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed[0].run.id, in.run.id);
  EXPECT_EQ(claimed[0].run.state, run_state::running);
  EXPECT_EQ(claimed[0].run.attempts, 1);
  EXPECT_EQ(claimed[0].run.started_at, now);
  EXPECT_EQ(claimed[0].run.definition.prompt, "/say hello");
  EXPECT_EQ(claimed[0].event->body.str(), "{\"a\": \"text\"}");
  EXPECT_EQ(claimed[0].event->run_id, in.run.id);
  EXPECT_EQ(claimed[0].owner.username, "ada");
  EXPECT_EQ(claimed[0].owner.role, records::user_role::user);
  EXPECT_TRUE(claimed[0].owner.is_active);
  EXPECT_EQ(count("agent_runs WHERE status = 'running' AND id = '" + in.run.id + "'"), 1);
}

TEST_F(JournalStore, answers_a_redelivery_with_the_first_ids) {
  const auto first = store.queue({webhook_run("same")}).at(0).value();
  const auto again = store.queue({webhook_run("other"), webhook_run("same")});
  EXPECT_FALSE(again[0]->duplicate);
  EXPECT_TRUE(again[1]->duplicate);
  EXPECT_EQ(again[1]->run_id, first.run_id);
  EXPECT_EQ(again[1]->event_id, first.event_id);
  EXPECT_EQ(count("runs"), 2);
}

TEST_F(JournalStore, makes_one_run_of_twenty_deliveries_of_one_key_at_once) {
  std::vector<records::new_run> batch;
  for (int i = 0; i < 20; ++i)
    batch.push_back(webhook_run("same"));
  const auto out = store.queue(batch);
  for (const auto& each : out)
    EXPECT_EQ(each.value().run_id, out[0]->run_id);
  EXPECT_EQ(std::ranges::count_if(out, [](const auto& each) { return !each->duplicate; }), 1);
  EXPECT_EQ(count("runs"), 1);
  EXPECT_EQ(count("trigger_events"), 1);
}

TEST_F(JournalStore, takes_the_same_batch_again_when_its_outcome_was_unknown) {
  const std::vector<records::new_run> batch{webhook_run("a"), webhook_run("b"), chat_run("hello")};
  const auto first = store.queue(batch);
  const auto again = store.queue(batch);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    EXPECT_EQ(again[i].value().run_id, first[i].value().run_id);
    EXPECT_FALSE(again[i]->duplicate);
  }
  EXPECT_EQ(count("runs"), 3);
  EXPECT_EQ(count("conversations WHERE jsonb_array_length(messages) = 1"), 1);
}

TEST_F(JournalStore, leaves_out_only_the_rows_that_the_database_refuses) {
  std::vector<records::new_run> batch;
  for (int i = 0; i < 40; ++i)
    batch.push_back(webhook_run("key-" + std::to_string(i)));
  for (const int bad : {3, 17, 18, 39})
    batch[static_cast<std::size_t>(bad)].run.message = std::string("a\0b", 3);
  const auto out = store.queue(batch);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool bad = i == 3 || i == 17 || i == 18 || i == 39;
    EXPECT_EQ(out[i].has_error(), bad) << i;
    if (bad) {
      EXPECT_EQ(out[i].error().code, base::errc::invalid);
    }
  }
  EXPECT_EQ(count("runs"), 36);
  EXPECT_EQ(count("trigger_events"), 36);
}

TEST_F(JournalStore, refuses_runs_of_agents_and_conversations_that_are_gone) {
  auto gone = webhook_run("1");
  gone.run.agent_id = "nobody";
  ASSERT_TRUE(storage::agents::remove(s, {ada, records::user_role::user}, agent_id, now));
  auto elsewhere = chat_run("hi");
  elsewhere.run.conversation_id = "nowhere";
  auto of_another = chat_run("hi");
  of_another.run.owner_user_id = bob;
  const auto out = store.queue({gone, webhook_run("2"), elsewhere, of_another, chat_run("hi")});
  for (const int i : {0, 1, 2, 3})
    EXPECT_EQ(out[static_cast<std::size_t>(i)].error().code, base::errc::not_found) << i;
  EXPECT_TRUE(out[4]);
  EXPECT_EQ(count("trigger_events"), 0);
}

TEST_F(JournalStore, lets_one_turn_at_a_time_into_a_conversation) {
  const auto both = store.queue({chat_run("one"), chat_run("two")});
  EXPECT_TRUE(both[0]);
  EXPECT_EQ(both[1].error().code, base::errc::conflict);
  EXPECT_EQ(store.queue({chat_run("three")}).at(0).error().code, base::errc::conflict);
  ASSERT_EQ(store.claim({ada, run_priority::interactive, 5}, now).size(), 1U);
  EXPECT_EQ(store.queue({chat_run("four")}).at(0).error().code, base::errc::conflict);
  auto end = end_of(both[0]->run_id, "done");
  end.conversation_id = conversation_id;
  end.change->answer
    = records::stored_message{.role = "assistant", .content = "done", .tool_calls = {}, .run_id = {}, .at = now};
  EXPECT_FALSE(store.write({end}).at(0));
  EXPECT_FALSE(store.write({end}).at(0)); // again: nothing is doubled
  const auto next = store.queue({chat_run("five")});
  ASSERT_TRUE(next[0]);
  const auto claimed = store.claim({ada, run_priority::interactive, 5}, now);
  ASSERT_EQ(claimed.size(), 1U);
  ASSERT_EQ(claimed[0].history.size(), 2U); // not this turn's own words
  EXPECT_EQ(claimed[0].history[0].content, "one");
  EXPECT_EQ(claimed[0].history[1].content, "done");
  EXPECT_EQ(claimed[0].history[1].run_id, both[0]->run_id);
  EXPECT_EQ(storage::conversations::find(s, ada, conversation_id)->title, "one");
}

TEST_F(JournalStore, claims_the_oldest_of_one_owner_and_priority) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    auto r = webhook_run("k" + std::to_string(i));
    ids.push_back(r.run.id);
    store.queue({r});
  }
  auto system = webhook_run("system");
  system.run.owner_user_id.reset();
  store.queue({system, chat_run("hi")});
  EXPECT_EQ(storage::count_queued(s).size(), 3U);
  auto first = store.claim({ada, run_priority::autonomous, 3}, now);
  ASSERT_EQ(first.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(first[i].run.id, ids[i]);
  EXPECT_EQ(store.claim({ada, run_priority::autonomous, 10}, now).size(), 2U);
  EXPECT_TRUE(store.claim({bob, run_priority::autonomous, 10}, now).empty());
  const auto of_system = store.claim({"", run_priority::autonomous, 10}, now);
  ASSERT_EQ(of_system.size(), 1U);
  EXPECT_EQ(of_system[0].owner.role, records::user_role::admin);
  EXPECT_EQ(storage::autonomous_starts_since(s, now - std::chrono::hours(1), 100).size(), 6U);
  EXPECT_EQ(storage::autonomous_starts_since(s, now, 100).size(), 0U);
}

TEST_F(JournalStore, claims_of_one_agent_or_of_all_but_some) {
  auto of_agent = webhook_run("k1");
  const auto agent = of_agent.run.agent_id.value();
  auto chat = chat_run("with the agent's persona");
  chat.run.agent_id = agent;
  store.queue({of_agent, webhook_run("k2"), chat});
  EXPECT_TRUE(store.claim({ada, run_priority::autonomous, 9, "another", {}}, now).empty());
  EXPECT_TRUE(store.claim({ada, run_priority::autonomous, 9, {}, {"another", agent}}, now).empty());
  EXPECT_EQ(store.claim({ada, run_priority::autonomous, 1, agent, {}}, now).size(), 1U);
  EXPECT_EQ(store.claim({ada, run_priority::autonomous, 9, {}, {"another"}}, now).size(), 1U);
  EXPECT_EQ(store.claim({ada, run_priority::interactive, 9, {}, {agent}}, now).size(), 1U)
    << "a chat keeps to no limit";
}

TEST_F(JournalStore, counts_the_crashes_of_a_run_until_it_is_tried_again) {
  const auto run = store.queue({webhook_run("k")}).at(0)->run_id;
  EXPECT_FALSE(store.try_again(run, "ada", now)) << "it waits in the queue";
  store.claim({ada, run_priority::autonomous, 1}, now);
  EXPECT_EQ(store.note_crash(run, "one", now), 1);
  const auto again = store.recover_one(run);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].run.attempts, 2);
  EXPECT_FALSE(again[0].from_queue);
  EXPECT_EQ(store.note_crash(run, "two", now), 2);
  EXPECT_EQ(store.note_crash(run, "three", now), 3);
  auto end = end_of(run, "");
  end.change->state = run_state::error;
  store.write({end});
  EXPECT_TRUE(store.recover_one(run).empty());
  const auto queued = store.try_again(run, "ada", now);
  ASSERT_TRUE(queued);
  EXPECT_EQ(queued->owner_user_id, ada);
  EXPECT_FALSE(store.try_again(run, "ada", now)) << "once";
  const auto taken = store.claim({ada, run_priority::autonomous, 1}, now);
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_TRUE(taken[0].from_queue);
  EXPECT_EQ(store.note_crash(run, "four", now), 1);
  const auto crashes = storage::runs::crashes(s, run);
  ASSERT_EQ(crashes.size(), 5U);
  EXPECT_EQ(crashes[3].tried_by, "ada");
  EXPECT_EQ(crashes[4].error, "four");
}

TEST_F(JournalStore, writes_steps_audit_and_end_in_one) {
  const auto run = store.queue({webhook_run("k")}).at(0)->run_id;
  store.claim({ada, run_priority::autonomous, 1}, now);
  records::run_write begin;
  begin.run_id = run;
  begin.steps = {tool_step(run, 1, records::step_state::begun)};
  EXPECT_FALSE(store.write({begin}).at(0));
  auto end = end_of(run, "fine");
  end.steps = {tool_step(run, 1, records::step_state::done), tool_step(run, 2, records::step_state::done)};
  end.audit = {audit_row("time"), audit_row("filesystem")};
  end.change->input_tokens = 7;
  EXPECT_FALSE(store.write({end}).at(0));
  EXPECT_EQ(count("run_steps WHERE state = 'done'"), 2);
  EXPECT_EQ(count("runs WHERE state = 'success' AND result = 'fine' AND input_tokens = 7"), 1);
  EXPECT_EQ(count("agent_runs WHERE status = 'success' AND result = 'fine' AND ended_at IS NOT NULL"), 1);
  EXPECT_EQ(count("audit_log"), 2);
}

TEST_F(JournalStore, keeps_the_audit_chain_whole_over_batches_refusals_and_restarts) {
  records::run_write good;
  good.run_id = "r";
  good.audit = {audit_row("one"), audit_row("two")};
  records::run_write bad;
  bad.run_id = "r";
  bad.audit = {audit_row("bad")};
  bad.audit[0].result_summary = std::string("\0", 1);
  const auto out = store.write({good, bad, good});
  EXPECT_FALSE(out[0]);
  EXPECT_EQ(out[1]->code, base::errc::invalid);
  EXPECT_FALSE(out[2]);
  {
    auto second = database.open();
    storage::journal_store after_restart(second);
    after_restart.write({good});
  }
  EXPECT_EQ(count("audit_log"), 6);
  EXPECT_EQ(storage::audit_log::first_broken_link(s), std::nullopt);
  s.exec_script("ALTER TABLE audit_log DISABLE TRIGGER ALL; UPDATE audit_log SET result_summary = 'changed' WHERE "
                "id = (SELECT min(id) + 2 FROM audit_log)");
  EXPECT_TRUE(storage::audit_log::first_broken_link(s).has_value());
}

/// A connection may be lost between the commit and its answer: the writers then give the same rows once more.
TEST_F(JournalStore, writes_audit_rows_once_though_the_outcome_was_unknown) {
  records::run_write before;
  before.run_id = "r";
  before.audit = {audit_row("before")};
  store.write({before});
  records::run_write first;
  first.run_id = "r";
  first.audit = {audit_row("one"), audit_row("one"), audit_row("two")}; // two alike are two
  records::run_write second;
  second.run_id = "s";
  second.audit = {audit_row("three")};
  // The commit that nobody heard of: made by another, and the store's own statement then fails.
  {
    auto elsewhere = database.open();
    storage::journal_store(elsewhere).write({first});
  }
  s.exec("SELECT pg_terminate_backend($1)", std::stoi(std::string(*own.exec("SELECT pg_backend_pid()").text(0, 0))));
  EXPECT_THROW(store.write({first, second}), base::failure_error);
  const auto doubt = store.audit_in_doubt();
  ASSERT_TRUE(doubt);
  auto anew = database.open();
  storage::journal_store after(anew, doubt);
  EXPECT_FALSE(after.write({second}).at(0)) << "it may come again in other company";
  EXPECT_FALSE(after.write({first}).at(0));
  EXPECT_EQ(count("audit_log"), 5);
  EXPECT_FALSE(after.audit_in_doubt()) << "all of it came";
  EXPECT_FALSE(after.write({first}).at(0));
  EXPECT_EQ(count("audit_log"), 8) << "once more is meant";
  EXPECT_EQ(storage::audit_log::first_broken_link(s), std::nullopt);
}

TEST_F(JournalStore, writes_audit_rows_once_though_another_part_of_the_batch_failed) {
  const auto run = store.queue({webhook_run("k")}).at(0)->run_id;
  records::run_write good;
  good.run_id = "r";
  good.audit = {audit_row("one")};
  auto bad = good;
  bad.audit[0].result_summary = std::string("\0", 1); // the batch is halved until only this is left out
  const std::vector<records::run_write> batch{good, bad, end_of(run, "fine"), good};
  own.exec("SET statement_timeout = 200");
  {
    const storage::transaction other(s);
    s.exec("SELECT 1 FROM runs WHERE id = $1 FOR UPDATE", run);
    EXPECT_THROW(store.write(batch), base::failure_error) << "its second half waits in vain";
  }
  EXPECT_EQ(count("audit_log"), 1);
  const auto out = store.write(batch);
  EXPECT_FALSE(out[0]);
  EXPECT_TRUE(out[1]);
  EXPECT_EQ(count("audit_log"), 2);
  EXPECT_FALSE(store.audit_in_doubt());
  EXPECT_EQ(storage::audit_log::first_broken_link(s), std::nullopt);
}

TEST_F(JournalStore, writes_audit_rows_whose_commit_did_not_come_about) {
  records::run_write write;
  write.run_id = "r";
  write.audit = {audit_row("one")};
  s.exec("SELECT pg_terminate_backend($1)", std::stoi(std::string(*own.exec("SELECT pg_backend_pid()").text(0, 0))));
  EXPECT_THROW(store.write({write}), base::failure_error);
  auto anew = database.open();
  storage::journal_store after(anew, store.audit_in_doubt());
  EXPECT_FALSE(after.write({write}).at(0));
  EXPECT_EQ(count("audit_log"), 1);
  EXPECT_FALSE(after.audit_in_doubt());
}

TEST_F(JournalStore, recovers_what_was_under_way_with_its_past) {
  const auto queued = webhook_run("queued");
  const auto running = webhook_run("running");
  const auto ended = webhook_run("ended");
  store.queue({running, ended});
  store.queue({chat_run("hi")});
  ASSERT_EQ(store.claim({ada, run_priority::autonomous, 5}, now).size(), 2U);
  const auto chat = store.claim({ada, run_priority::interactive, 5}, now).at(0).run.id;
  store.queue({queued});
  records::run_write begin;
  begin.run_id = running.run.id;
  begin.steps = {tool_step(running.run.id, 1, records::step_state::done),
                 tool_step(running.run.id, 2, records::step_state::begun)};
  records::run_write wait;
  wait.run_id = chat;
  wait.confirmation = question(chat, conversation_id, ada);
  wait.change = records::run_change{};
  wait.change->state = run_state::waiting;
  wait.change->why_waiting = "confirmation";
  store.write({begin, wait, end_of(ended.run.id, "x")});
  auto another = database.open();
  storage::journal_store after(another);
  const auto found = after.recover(10, "", now);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].run.id, chat); // interactive first
  EXPECT_EQ(found[0].run.state, run_state::waiting);
  EXPECT_EQ(found[0].run.attempts, 2);
  ASSERT_EQ(found[0].confirmations.size(), 1U);
  EXPECT_EQ(found[1].run.id, running.run.id);
  ASSERT_EQ(found[1].steps.size(), 2U);
  EXPECT_EQ(found[1].steps[1].state, records::step_state::begun);
  EXPECT_EQ(after.recover(1, "", now).size(), 1U);
  EXPECT_TRUE(after.recover(10, std::max(chat, running.run.id), now).empty());
}

TEST_F(JournalStore, answers_a_question_once_and_only_for_its_user) {
  const auto run = store.queue({chat_run("hi")}).at(0)->run_id;
  records::run_write ask;
  ask.run_id = run;
  ask.confirmation = question(run, conversation_id, ada);
  store.write({ask});
  const auto answer = [&](const std::string& user, base::timestamp when) {
    return store.answer_confirmation(conversation_id, "call-1", user, true, records::confirmation_scope::chat, when);
  };
  EXPECT_EQ(answer(bob, now).error().code, base::errc::not_found);
  EXPECT_EQ(answer(ada, now + std::chrono::minutes(10)).error().code, base::errc::conflict); // too late
  const auto given = answer(ada, now);
  ASSERT_TRUE(given);
  EXPECT_EQ(given->state, records::confirmation_state::approved);
  EXPECT_EQ(given->scope, records::confirmation_scope::chat);
  EXPECT_EQ(given->answered_at, now);
  EXPECT_TRUE(answer(ada, now)) << "the same again, as after a lost connection: it is that answer";
  EXPECT_EQ(answer(ada, now + std::chrono::milliseconds(1)).error().code, base::errc::conflict);
}

TEST_F(JournalStore, stops_what_is_queued_only) {
  const auto run = store.queue({webhook_run("k")}).at(0)->run_id;
  EXPECT_TRUE(store.stop_queued(run, now));
  EXPECT_FALSE(store.stop_queued(run, now));
  EXPECT_TRUE(store.claim({ada, run_priority::autonomous, 5}, now).empty());
}

TEST_F(JournalStore, frees_keys_after_thirty_days) {
  const auto first = store.queue({webhook_run("k")}).at(0)->run_id;
  EXPECT_EQ(store.forget_old_keys(now + std::chrono::days(29)), 0);
  EXPECT_TRUE(store.queue({webhook_run("k")}).at(0)->duplicate);
  EXPECT_EQ(store.forget_old_keys(now + std::chrono::days(31)), 1);
  EXPECT_EQ(store.forget_old_keys(now + std::chrono::days(31)), 0);
  const auto again = store.queue({webhook_run("k")}).at(0);
  EXPECT_FALSE(again->duplicate);
  EXPECT_NE(again->run_id, first);
}

TEST_F(JournalStore, keeps_events_that_no_run_came_of_once) {
  records::run_write w;
  auto event = *webhook_run("k").event;
  event.source = "schedule";
  event.outcome = "missed";
  w.events.push_back(event);
  EXPECT_FALSE(store.write({w}).at(0));
  w.events[0].id = base::new_id();
  w.events[0].outcome = "overlapped";
  EXPECT_FALSE(store.write({w, end_of("no such run", "")}).at(0)) << "the key is there: it is left out";
  EXPECT_EQ(count("trigger_events"), 1);
  EXPECT_EQ(count("trigger_events WHERE outcome = 'missed' AND run_id IS NULL"), 1);
  EXPECT_EQ(store.forget_old_keys(now + std::chrono::days(400)), 0) << "it is how far the schedule has come";
}

TEST_F(JournalStore, says_unavailable_when_the_connection_breaks) {
  const auto pid = own.exec("SELECT pg_backend_pid()").text(0, 0);
  s.exec("SELECT pg_terminate_backend($1)", std::stoi(std::string(*pid)));
  try {
    store.queue({webhook_run("k")});
    FAIL() << "no exception";
  } catch (const base::failure_error& e) {
    EXPECT_EQ(e.get().code, base::errc::unavailable);
  }
}

/// Plans are made once, on tables that may be empty: each must find its rows by index whatever the statistics say.
TEST_F(JournalStore, runs_that_a_write_begins_are_queued_with_its_steps) {
  const auto parent = webhook_run("k").run;
  store.queue({{parent, {}, {}}});
  store.claim({ada, run_priority::autonomous, 1}, now);
  auto child = webhook_run("unused").run;
  child.trigger_event_id.reset();
  child.parent_run_id = parent.id;
  child.parent_seq = 2;
  child.definition.within = {{}, {"time"}};
  child.definition.from_outside = true;
  records::run_write w;
  w.run_id = parent.id;
  w.steps = {tool_step(parent.id, 2, records::step_state::begun)};
  w.queued = {child};
  EXPECT_FALSE(store.write({w}).at(0));
  EXPECT_FALSE(store.write({w}).at(0)) << "the same again, after a lost connection";
  const auto taken = store.claim({ada, run_priority::autonomous, 9}, now);
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].run.id, child.id);
  EXPECT_EQ(taken[0].run.parent_run_id, parent.id);
  EXPECT_EQ(taken[0].run.parent_seq, 2);
  EXPECT_EQ(taken[0].run.definition.within, child.definition.within);
  EXPECT_TRUE(taken[0].run.definition.from_outside);
  EXPECT_FALSE(taken[0].orphaned);
}

TEST_F(JournalStore, what_models_were_told_is_kept_once) {
  const auto run = webhook_run("k").run;
  store.queue({{run, {}, {}}});
  records::run_write w;
  w.run_id = run.id;
  auto step = tool_step(run.id, 1, records::step_state::done);
  step.kind = records::step_kind::model;
  step.request = {{"prompt", "h1"}};
  w.steps = {step};
  w.prompts = {{"h1", "You are Otto.", boost::json::array{{{"name", "time"}}}, now},
               {"h2", "Not asked for.", boost::json::array{}, now}};
  EXPECT_FALSE(store.write({w}).at(0));
  w.prompts[0].system = "another";
  EXPECT_FALSE(store.write({w}).at(0));
  const auto told = storage::runs::prompts(s, {ada, records::user_role::user}, run.id);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].system, "You are Otto.");
  EXPECT_EQ(told[0].tools.at(0).at("name"), "time");
  EXPECT_TRUE(storage::runs::prompts(s, {bob, records::user_role::user}, run.id).empty());
}

TEST_F(JournalStore, a_run_whose_parent_has_ended_is_an_orphan) {
  const auto parent = webhook_run("k").run;
  store.queue({{parent, {}, {}}});
  store.claim({ada, run_priority::autonomous, 1}, now);
  auto w = end_of(parent.id, "");
  w.change->state = run_state::stopped;
  for (int i = 0; i < 2; ++i) {
    auto child = webhook_run("unused").run;
    child.trigger_event_id.reset();
    child.parent_run_id = parent.id;
    w.queued.push_back(child);
  }
  store.write({w});
  EXPECT_TRUE(store.claim({ada, run_priority::autonomous, 1}, now).at(0).orphaned) << "in the queue";
  EXPECT_TRUE(store.recover(10, "", now).at(0).orphaned) << "taken up again";
  const auto stopped = store.stop_queued(w.queued[1].id, now);
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->parent_run_id, parent.id);
}

TEST_F(JournalStore, plans_go_by_index) {
  store.queue({webhook_run("k")});
  records::new_run turn;
  turn.run.id = base::new_id();
  turn.run.kind = records::run_kind::chat;
  turn.run.conversation_id = conversation_id;
  turn.run.owner_user_id = ada;
  store.queue({turn});
  auto alone = webhook_run("k2");
  alone.event.reset();
  store.queue({alone});
  store.claim({ada, run_priority::autonomous, 1}, now);
  store.claim({ada, run_priority::autonomous, 1, {}, {"x"}}, now);
  store.recover(1, {}, now);
  auto all = end_of("x", "y");
  all.conversation_id = conversation_id;
  all.steps = {tool_step("x", 1, records::step_state::done)};
  all.audit = {audit_row("time")};
  all.confirmation = question("x", conversation_id, ada);
  all.change->answer
    = records::stored_message{.role = "assistant", .content = "done", .tool_calls = {}, .run_id = {}, .at = now};
  all.queued = {webhook_run("k2").run};
  all.prompts = {{"h", "You are Otto.", boost::json::array{}, now}};
  store.write({all});
  const auto statements = own.exec("SELECT name, array_length(parameter_types, 1) FROM pg_prepared_statements");
  ASSERT_GE(statements.size(), 6U);
  for (std::size_t i = 0; i < statements.size(); ++i) {
    std::string call = "EXPLAIN EXECUTE " + std::string(*statements.text(i, 0)) + "(";
    for (int n = std::stoi(std::string(*statements.text(i, 1))); n > 0; --n)
      call += n == 1 ? "NULL)" : "NULL, ";
    const auto plan = own.exec(call);
    for (std::size_t line = 0; line < plan.size(); ++line) {
      const auto text = *plan.text(line, 0);
      EXPECT_EQ(text.find("Seq Scan"), std::string_view::npos) << *statements.text(i, 0) << ": " << text;
      if (text.find("Index Scan") == std::string_view::npos && text.find("Index Only Scan") == std::string_view::npos)
        continue;
      ASSERT_LT(line + 1, plan.size());
      const bool bounded = plan.text(line + 1, 0)->find("Index Cond") != std::string_view::npos;
      EXPECT_TRUE(bounded || text.find("runs_alive_idx") != std::string_view::npos)
        << *statements.text(i, 0) << ": " << text;
    }
  }
}
