#include "security/vault.hpp"
#include "storage/api_keys.hpp"
#include "storage/audit_log.hpp"
#include "storage/confirmations.hpp"
#include "storage/credentials.hpp"
#include "storage/runs.hpp"
#include "storage/runtime_settings.hpp"
#include "storage/sessions.hpp"
#include "storage/user_settings.hpp"
#include "storage/webhook_endpoints.hpp"
#include "storage/whitelists.hpp"
#include "tests/storage/journal_fixture.hpp"

#include <thread>

using records::user_role;

namespace {

struct Repositories : journal_fixture {
  records::viewer as_ada{ada, user_role::user};
  records::viewer as_bob{bob, user_role::user};
  records::viewer as_admin{"root", user_role::admin};

  template <class F>
  static base::errc code_of(F&& f) {
    try {
      f();
    } catch (const base::failure_error& e) {
      return e.get().code;
    }
    return {};
  }

  records::user_change role(user_role r) {
    records::user_change c;
    c.role = r;
    return c;
  }

  records::webhook_endpoint endpoint(const std::string& owner, const std::string& agent) {
    records::webhook_endpoint w;
    w.id = base::new_id();
    w.name = "door";
    w.token = base::random_token(32);
    w.agent_id = agent;
    w.owner_user_id = owner;
    w.created_at = now;
    return w;
  }
};

} // namespace

TEST(Users, only_one_of_many_becomes_the_first_admin) {
  tests::test_database database;
  std::atomic<int> made{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&, i] {
      auto s = database.open();
      records::user_record u;
      u.id = base::new_id();
      u.username = "user" + std::to_string(i);
      try {
        storage::users::create_first_admin(s, u);
        ++made;
      } catch (const base::failure_error& e) {
        EXPECT_EQ(e.get().code, base::errc::conflict);
      }
    });
  for (auto& t : threads)
    t.join();
  EXPECT_EQ(made, 1);
  auto s = database.open();
  ASSERT_EQ(storage::users::list(s).size(), 1U);
  EXPECT_EQ(storage::users::list(s)[0].role, user_role::admin);
}

TEST_F(Repositories, the_last_admin_stays_also_when_two_go_at_once) {
  storage::users::change(s, ada, role(user_role::admin), now);
  storage::users::change(s, bob, role(user_role::admin), now);
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (const auto& id : {ada, bob})
    threads.emplace_back([&, id] {
      auto own = database.open();
      if (code_of([&] { storage::users::change(own, id, role(user_role::user), now); }) == base::errc::conflict)
        ++refused;
    });
  for (auto& t : threads)
    t.join();
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(count("users WHERE role = 'admin'"), 1);
}

TEST_F(Repositories, users_have_names_of_their_own) {
  EXPECT_EQ(code_of([&] { add_user("ada"); }), base::errc::conflict);
  EXPECT_EQ(storage::users::find_by_name(s, "ada")->id, ada);
  EXPECT_FALSE(storage::users::find(s, "nobody"));
  EXPECT_EQ(code_of([&] { storage::users::change(s, "nobody", {}, now); }), base::errc::not_found);
}

TEST_F(Repositories, a_session_shows_its_user_as_he_is_now) {
  storage::users::change(s, bob, role(user_role::admin), now);
  storage::sessions::create(s, {"hash", ada, now, now + std::chrono::hours(1), "127.0.0.1", "test"});
  EXPECT_EQ(storage::sessions::find(s, "hash", now)->role, user_role::user);
  storage::users::change(s, ada, role(user_role::admin), now);
  EXPECT_EQ(storage::sessions::find(s, "hash", now)->role, user_role::admin);
  EXPECT_FALSE(storage::sessions::find(s, "hash", now + std::chrono::hours(1)));
  records::user_change off;
  off.is_active = false;
  storage::users::change(s, ada, off, now);
  EXPECT_FALSE(storage::sessions::find(s, "hash", now)); // ended with the change
  storage::sessions::create(s, {"one", bob, now, now + std::chrono::hours(1), "", ""});
  storage::sessions::create(s, {"two", bob, now, now, "", ""});
  EXPECT_EQ(storage::sessions::remove_expired(s, now), 1);
  EXPECT_EQ(storage::sessions::remove_all_of(s, bob, "one").size(), 0U);
  EXPECT_TRUE(storage::sessions::remove(s, "one"));
  EXPECT_FALSE(storage::sessions::remove(s, "one"));
}

TEST_F(Repositories, keys_are_found_until_they_expire_or_are_revoked) {
  records::api_key_record k{"k1", ada, "ci", "oai_abc", "keyhash", {"read", "run"}, now, now + std::chrono::hours(1),
                            {}};
  storage::api_keys::create(s, k);
  const auto found = storage::api_keys::find(s, "keyhash", now);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->scopes, k.scopes);
  EXPECT_EQ(found->credential_id, "k1");
  EXPECT_EQ(storage::api_keys::list(s, ada).at(0).last_used_at, now);
  EXPECT_TRUE(storage::api_keys::list(s, bob).empty());
  EXPECT_FALSE(storage::api_keys::find(s, "keyhash", now + std::chrono::hours(2)));
  EXPECT_FALSE(storage::api_keys::revoke(s, bob, "k1"));
  EXPECT_TRUE(storage::api_keys::revoke(s, ada, "k1"));
  EXPECT_FALSE(storage::api_keys::find(s, "keyhash", now));
}

TEST_F(Repositories, agents_are_seen_by_their_owner_and_admins) {
  const auto system = add_agent(std::nullopt);
  EXPECT_EQ(storage::agents::list(s, as_ada).size(), 1U);
  EXPECT_EQ(storage::agents::list(s, as_bob).size(), 0U);
  EXPECT_EQ(storage::agents::list(s, as_admin).size(), 2U);
  records::page second{1, storage::agents::list(s, as_admin, {1, {}}).at(0).id};
  EXPECT_EQ(storage::agents::list(s, as_admin, second).at(0).id, agent_id);
  auto row = *storage::agents::find(s, as_ada, agent_id);
  row.name = "renamed";
  row.allowed_tools = {"time"};
  EXPECT_FALSE(storage::agents::update(s, as_bob, row));
  EXPECT_TRUE(storage::agents::update(s, as_ada, row));
  EXPECT_EQ(records::definition_of(*storage::agents::find(s, as_ada, agent_id)).allowed_tools->at(0), "time");
  EXPECT_FALSE(storage::agents::find(s, as_ada, system));
  EXPECT_FALSE(storage::agents::remove(s, as_bob, agent_id, now));
  EXPECT_TRUE(storage::agents::remove(s, as_ada, agent_id, now));
  EXPECT_FALSE(storage::agents::find(s, as_ada, agent_id));
}

TEST_F(Repositories, conversations_are_seen_by_their_user_only) {
  for (int i = 1; i <= 3; ++i) {
    records::conversation_head c;
    c.id = base::new_id();
    c.user_id = ada;
    c.started_at = now + std::chrono::minutes(i);
    storage::conversations::create(s, c);
  }
  const auto all = storage::conversations::list(s, ada);
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all.back().id, conversation_id);
  EXPECT_EQ(storage::conversations::list(s, ada, {2, all[1].id}).at(0).id, all[2].id);
  EXPECT_TRUE(storage::conversations::list(s, bob).empty());
  EXPECT_FALSE(storage::conversations::find(s, bob, conversation_id));
  EXPECT_FALSE(storage::conversations::rename(s, bob, conversation_id, "x"));
  EXPECT_TRUE(storage::conversations::rename(s, ada, conversation_id, "x"));
  EXPECT_FALSE(storage::conversations::remove(s, bob, conversation_id));
  storage::session own = database.open();
  storage::journal_store store(own);
  const auto run = store.queue({chat_run("hi")}).at(0)->run_id;
  EXPECT_EQ(storage::conversations::running_run(s, conversation_id), run);
  EXPECT_EQ(code_of([&] { storage::conversations::remove(s, ada, conversation_id); }), base::errc::conflict);
  store.stop_queued(run, now);
  EXPECT_TRUE(storage::conversations::remove(s, ada, conversation_id));
}

TEST_F(Repositories, runs_are_seen_by_their_owner_and_admins) {
  storage::session own = database.open();
  storage::journal_store store(own);
  const auto first = store.queue({webhook_run("1")}).at(0)->run_id;
  const auto second = store.queue({webhook_run("2")}).at(0)->run_id;
  EXPECT_EQ(storage::runs::find(s, as_ada, first)->trigger_kind, "webhook");
  EXPECT_EQ(storage::runs::find(s, as_ada, first)->agent_name, "watcher");
  EXPECT_FALSE(storage::runs::find(s, as_bob, first));
  EXPECT_EQ(storage::runs::list(s, as_admin).at(0).id, second);
  EXPECT_EQ(storage::runs::list(s, as_ada, {10, second}, agent_id).at(0).id, first);
  EXPECT_TRUE(storage::runs::list(s, as_bob, {10, {}}, agent_id).empty());
  EXPECT_FALSE(storage::runs::steps(s, as_bob, first));
  EXPECT_TRUE(storage::runs::steps(s, as_ada, first)->empty());
  const auto queue = storage::runs::queue(s, as_ada);
  EXPECT_EQ(queue.queued, 2);
  EXPECT_EQ(queue.waiting.at(0).run_id, first);
  EXPECT_EQ(storage::runs::queue(s, as_bob).queued, 0);
  s.exec("UPDATE runs SET state = 'waiting', message = repeat('x', 300) WHERE id = $1", first);
  const auto asking = storage::runs::queue(s, as_ada);
  EXPECT_EQ(asking.for_runs, 1) << "nobody is asked: it waits for its sub-agents";
  EXPECT_EQ(asking.asking, 0);
  EXPECT_EQ(asking.running, 0) << "it holds no place";
  EXPECT_EQ(asking.queued, 1);
  EXPECT_EQ(storage::runs::find(s, as_ada, first)->message.size(), 300U);
  EXPECT_EQ(storage::runs::list(s, as_ada, {10, second}, agent_id).at(0).message.size(), 200U);
}

TEST_F(Repositories, a_webhook_s_secrets_are_stored_encrypted_and_bound_to_their_row) {
  const auto vault = security::vault::create(base::secret("a master password")).second;
  auto mine = endpoint(ada, agent_id);
  mine.verify = records::webhook_scheme::github;
  std::vector<base::secret> secrets(2);
  secrets[0] = base::secret("the new one");
  secrets[1] = base::secret("the old one");
  mine.secrets_enc = storage::webhook_endpoints::encrypt_secrets(vault, mine.id, secrets);
  EXPECT_EQ(mine.secrets_enc->find("new one"), std::string::npos);
  storage::webhook_endpoints::create(s, mine);
  const auto armed = storage::webhook_endpoints::load_all(s, vault);
  ASSERT_EQ(armed.at(0).secrets.size(), 2U);
  EXPECT_EQ(armed[0].endpoint.verify, records::webhook_scheme::github);
  EXPECT_EQ(armed[0].secrets[0].reveal(), "the new one");
  EXPECT_EQ(armed[0].secrets[1].reveal(), "the old one");
  auto other = mine;
  other.id = base::new_id();
  EXPECT_TRUE(storage::webhook_endpoints::secrets_of(vault, other).empty()) << "another row's secrets open nothing";
}

TEST_F(Repositories, webhooks_fire_only_agents_of_their_owner) {
  const auto vault = security::vault::create(base::secret("a master password")).second;
  const auto mine = endpoint(ada, agent_id);
  storage::webhook_endpoints::create(s, mine);
  EXPECT_EQ(code_of([&] { storage::webhook_endpoints::create(s, endpoint(bob, agent_id)); }), base::errc::not_found);
  EXPECT_EQ(storage::webhook_endpoints::list(s, as_bob).size(), 0U);
  auto changed = mine;
  changed.name = "gate";
  EXPECT_FALSE(storage::webhook_endpoints::update(s, as_bob, changed));
  EXPECT_TRUE(storage::webhook_endpoints::update(s, as_ada, changed));
  const auto armed = storage::webhook_endpoints::load_all(s, vault);
  ASSERT_EQ(armed.size(), 1U);
  EXPECT_EQ(armed[0].endpoint.name, "gate");
  EXPECT_EQ(armed[0].agent.prompt, "/say hello");
  storage::webhook_endpoints::count_triggers(s, {{mine.id, 3}, {"gone", 1}}, now);
  storage::webhook_endpoints::count_triggers(s, {{mine.id, 4}}, now);
  EXPECT_EQ(storage::webhook_endpoints::find(s, as_ada, mine.id)->trigger_count, 7);
  storage::users::change(s, bob, role(user_role::admin), now);
  records::user_change off;
  off.is_active = false;
  storage::users::change(s, ada, off, now);
  EXPECT_TRUE(storage::webhook_endpoints::load_all(s, vault).empty());
  off.is_active = true;
  storage::users::change(s, ada, off, now);
  EXPECT_EQ(storage::webhook_endpoints::load_all(s, vault).size(), 1U);
  storage::agents::remove(s, as_ada, agent_id, now);
  EXPECT_TRUE(storage::webhook_endpoints::load_all(s, vault).empty());
  EXPECT_FALSE(storage::webhook_endpoints::remove(s, as_bob, mine.id));
  EXPECT_TRUE(storage::webhook_endpoints::remove(s, as_ada, mine.id));
}

TEST_F(Repositories, credentials_are_kept_encrypted_and_those_of_others_are_kept) {
  const auto [header, vault] = security::vault::create(base::secret("master"));
  storage::credentials::put(s, vault, "openai", base::secret("sk-1"), "key", now);
  storage::credentials::put(s, vault, "system:max_tool_calls", base::secret("7"), {}, now);
  s.exec("INSERT INTO credentials VALUES ('system:paused', 'gAAAA', NULL, 't', 't')");
  EXPECT_EQ(storage::credentials::get(s, vault, "openai")->reveal(), "sk-1");
  EXPECT_FALSE(storage::credentials::get(s, vault, "nothing"));
  EXPECT_EQ(count("credentials WHERE value_enc LIKE '%sk-1%'"), 0);
  const auto listed = storage::credentials::list(s, vault);
  ASSERT_EQ(listed.size(), 3U);
  for (const auto& c : listed)
    EXPECT_EQ(c.enter_again, c.key == "system:paused") << c.key;
  EXPECT_FALSE(storage::credentials::put_if_absent(s, vault, "system:paused", base::secret("1"), {}, now));
  EXPECT_EQ(count("credentials WHERE value_enc = 'gAAAA'"), 1);
  const auto settings = storage::load_runtime_settings(s, vault);
  EXPECT_EQ(settings.max_tool_calls, 7);
  EXPECT_FALSE(settings.paused);
  EXPECT_FALSE(settings.session_secret.empty());
  s.exec("UPDATE credentials SET value_enc = (SELECT value_enc FROM credentials WHERE key = 'openai') "
         "WHERE key = 'system:max_tool_calls'");
  EXPECT_FALSE(storage::credentials::get(s, vault, "system:max_tool_calls")); // rows cannot be swapped
  EXPECT_TRUE(storage::credentials::remove(s, "openai"));
  EXPECT_FALSE(storage::credentials::remove(s, "openai"));
}

TEST_F(Repositories, settings_and_whitelists) {
  storage::user_settings::set(s, ada, "preferred_theme", "dark");
  storage::user_settings::set(s, ada, "preferred_theme", "light");
  EXPECT_EQ(storage::user_settings::get(s, ada, "preferred_theme"), "light");
  EXPECT_FALSE(storage::user_settings::get(s, bob, "preferred_theme"));
  EXPECT_EQ(storage::user_settings::all(s, ada).size(), 1U);
  EXPECT_EQ(storage::web_whitelist::list(s).size(), 6U);
  storage::web_whitelist::create(s, {"example.org", {}, now});
  EXPECT_EQ(code_of([&] { storage::web_whitelist::create(s, {"example.org", {}, now}); }), base::errc::conflict);
  EXPECT_TRUE(storage::web_whitelist::remove(s, "example.org"));
  storage::filesystem_whitelist::create(s, {"/srv/data", "shared", now, true});
  EXPECT_TRUE(storage::filesystem_whitelist::list(s).at(0).for_users);
  EXPECT_TRUE(storage::filesystem_whitelist::remove(s, "/srv/data"));
}

TEST_F(Repositories, the_audit_log_is_read_by_page_and_filter) {
  storage::session own = database.open();
  storage::journal_store store(own);
  records::run_write w;
  w.run_id = "r";
  for (int i = 0; i < 7; ++i) {
    records::audit_record a;
    a.timestamp = now + std::chrono::days(i);
    a.tool_name = i % 2 == 0 ? "time" : "filesystem";
    a.confirmed = i == 3;
    a.user_id = i < 5 ? ada : bob;
    w.audit.push_back(a);
  }
  ASSERT_FALSE(store.write({w}).at(0));
  records::audit_filter f;
  f.per_page = 2;
  f.page = 2;
  auto page = storage::audit_log::read(s, as_ada, f);
  EXPECT_EQ(page.total, 5);
  ASSERT_EQ(page.entries.size(), 2U);
  EXPECT_EQ(page.entries[0].timestamp, now + std::chrono::days(2));
  f = {};
  f.tool_name = "time";
  f.start = now + std::chrono::days(1);
  EXPECT_EQ(storage::audit_log::read(s, as_admin, f).total, 3);
  f = {};
  f.confirmed_only = true;
  EXPECT_EQ(storage::audit_log::read(s, as_ada, f).entries.at(0).tool_name, "filesystem");
  EXPECT_EQ(storage::audit_log::remove_older_than(s, now + std::chrono::days(2)), 2);
  EXPECT_EQ(storage::audit_log::first_broken_link(s), std::nullopt);
}
