#pragma once

#include "base/ids.hpp"
#include "storage/agents.hpp"
#include "storage/conversations.hpp"
#include "storage/journal_store.hpp"
#include "storage/rows.hpp"
#include "storage/users.hpp"
#include "tests/support/postgres.hpp"

#include <gtest/gtest.h>

#include <string>

/// A database with two users, an agent of the first, and a conversation of his.
struct journal_fixture : ::testing::Test {
  tests::test_database database;
  storage::session s = database.open();
  base::timestamp now = *base::from_iso8601("2026-03-01T10:00:00.000Z");
  std::string ada;
  std::string bob;
  std::string agent_id;
  std::string conversation_id;

  journal_fixture() {
    ada = add_user("ada");
    bob = add_user("bob");
    agent_id = add_agent(ada);
    conversation_id = base::new_id();
    records::conversation_head c;
    c.id = conversation_id;
    c.started_at = now;
    c.user_id = ada;
    storage::conversations::create(s, c);
  }

  std::string add_user(const std::string& name) {
    records::user_record u;
    u.id = base::new_id();
    u.username = name;
    u.password_hash = base::secret("x");
    u.created_at = u.updated_at = now;
    storage::users::create(s, u);
    return u.id;
  }

  std::string add_agent(const std::optional<std::string>& owner) {
    records::agent_record a;
    a.id = base::new_id();
    a.name = "watcher";
    a.prompt = "/say hello";
    a.model = "demo:scripted";
    a.owner_user_id = owner;
    a.created_at = a.updated_at = now;
    storage::agents::create(s, a);
    return a.id;
  }

  [[nodiscard]] records::new_run webhook_run(const std::string& key, const std::string& body = "{}") const {
    records::new_run out;
    out.run.id = base::new_id();
    out.run.agent_id = agent_id;
    out.run.owner_user_id = ada;
    out.run.definition.name = "watcher";
    out.run.definition.prompt = "/say hello";
    out.run.definition.model = "demo:scripted";
    out.run.queued_at = now;
    out.run.trace_id = base::new_id();
    records::trigger_event e;
    e.id = base::new_id();
    e.source = "webhook";
    e.source_id = "endpoint-1";
    e.source_name = "door";
    e.dedupe_key = key;
    e.content_type = "application/json";
    e.body = base::untrusted_text(body);
    e.received_at = now;
    out.run.trigger_event_id = e.id;
    out.event = e;
    return out;
  }

  [[nodiscard]] records::new_run chat_run(const std::string& text) const {
    records::new_run out;
    out.run.id = base::new_id();
    out.run.kind = records::run_kind::chat;
    out.run.conversation_id = conversation_id;
    out.run.owner_user_id = ada;
    out.run.priority = records::run_priority::interactive;
    out.run.message = text;
    out.run.queued_at = now;
    out.user_message = text;
    return out;
  }

  [[nodiscard]] static records::run_write end_of(const std::string& run_id, const std::string& result) {
    records::run_write w;
    w.run_id = run_id;
    w.change = records::run_change{};
    w.change->state = records::run_state::success;
    w.change->result = result;
    w.change->ended_at = base::from_iso8601("2026-03-01T10:00:05.000Z");
    return w;
  }

  std::int64_t count(const std::string& from) {
    return std::stoll(std::string(*s.exec("SELECT count(*) FROM " + from).text(0, 0)));
  }
};
