#include "http/routes/all.hpp"
#include "storage/telegram.hpp"
#include "storage/webhook_targets.hpp"
#include "storage/scheduled_tasks.hpp"
#include "tests/http/front_fixture.hpp"

#include <set>
#include <sstream>

namespace {

using testing_http::raw_answer;

/// Who may do what, written by hand. One row a route: its body, then the statuses for
/// anonymous, ann (owner of the objects), bob (another user), root (admin), and root's API keys of one scope each:
/// read, chat, run, engine, metrics, admin. $agent and the like stand for ann's objects, $new for a fresh word.
struct row {
  const char* route;
  const char* body;
  const char* statuses;
};

constexpr row expectations[] = {
  // clang-format off
  //                                                                                       nobody ann bob root   read chat run engine metrics admin
  {"GET /api/setup",                                      "",                              "200 200 200 200   200 200 200 200 200 200"},
  {"POST /api/setup",                                     R"({"username":"eve","password":"0123456789"})",
                                                                                           "409 409 409 409   409 409 409 409 409 409"},
  {"POST /api/login",                                     R"({"username":"ann","password":"correct horse battery"})",
                                                                                           "200 200 200 200   200 200 200 200 200 200"},
  {"POST /api/logout",                                    "{}",                            "200 200 200 200   200 200 200 200 200 200"},
  {"GET /api/me",                                         "",                              "401 200 200 200   200 200 200 200 200 200"},
  {"PATCH /api/me",                                       R"({"theme":"dark"})",           "401 200 200 200   403 403 403 403 403 403"},
  {"GET /api/users",                                      "",                              "401 403 403 200   403 403 403 403 403 200"},
  {"POST /api/users",                                     R"({"username":"$new","password":"0123456789","role":"admin"})",
                                                                                           "401 403 403 201   403 403 403 403 403 403"},
  {"PATCH /api/users/$ann",                               R"({"password":"correct horse battery"})",
                                                                                           "401 403 403 200   403 403 403 403 403 403"},
  {"POST /api/users",                                     R"({"username":"$new","password":"0123456789","role":"user"})",
                                                                                           "401 403 403 201   403 403 403 403 403 201"},
  {"PATCH /api/users/$ann",                               R"({"is_active":true})",         "401 403 403 200   403 403 403 403 403 200"},
  {"GET /api/api-keys",                                   "",                              "401 200 200 200   403 403 403 403 403 403"},
  {"POST /api/api-keys",                                  R"({"name":"k","scopes":["read"]})",
                                                                                           "401 201 201 201   403 403 403 403 403 403"},
  {"DELETE /api/api-keys/$key",                           "",                              "401 204 404 404   403 403 403 403 403 403"},
  {"GET /api/conversations",                              "",                              "401 200 200 200   200 200 403 403 403 403"},
  {"POST /api/conversations",                             "{}",                            "401 201 201 201   403 201 403 403 403 403"},
  {"GET /api/conversations/$conversation",                "",                              "401 200 404 404   404 404 403 403 403 403"},
  {"PATCH /api/conversations/$conversation",              R"({"title":"t"})",              "401 200 404 404   403 404 403 403 403 403"},
  {"DELETE /api/conversations/$conversation",             "",                              "401 204 404 404   403 404 403 403 403 403"},
  {"GET /api/conversations/$conversation/events",         "",                              "401 200 404 404   404 404 403 403 403 403"},
  {"POST /api/conversations/$conversation/messages",      R"({"text":"hello"})",           "401 202 404 404   403 404 403 403 403 403"},
  {"GET /api/conversations/$conversation/versions/$version", "",                           "401 200 404 404   404 404 403 403 403 403"},
  {"GET /api/conversations/$conversation/export",         "",                              "401 200 404 404   404 404 403 403 403 403"},
  {"GET /api/me/usage",                                   "",                              "401 200 200 200   200 403 403 403 403 403"},
  {"POST /api/conversations",                             R"({"agent_id":"$agent"})",      "401 201 422 422   403 422 403 403 403 403"},
  {"POST /api/conversations",                             R"({"agent_id":"$system_agent"})", "401 422 422 201   403 201 403 403 403 403"},
  {"POST /api/conversations/$conversation/stop",          "",                              "401 200 404 404   403 404 403 403 403 403"},
  {"POST /api/conversations/$conversation/confirmations/c1", R"({"approved":true})",       "401 200 404 404   403 404 403 403 403 403"},
  {"GET /api/models",                                     "",                              "401 200 200 200   200 200 200 403 403 403"},
  {"GET /api/models/providers",                           "",                              "401 403 403 200   403 403 403 403 403 200"},
  {"POST /api/models/refresh",                            "",                              "401 403 403 202   403 403 403 403 403 202"},
  {"GET /api/model-endpoints",                            "",                              "401 403 403 200   403 403 403 403 403 200"},
  {"POST /api/model-endpoints",                           R"({"name":"$new","base_url":"http://127.0.0.1:1/v1"})",
                                                                                           "401 403 403 201   403 403 403 403 403 201"},
  {"DELETE /api/model-endpoints/$endpoint",               "",                              "401 403 403 204   403 403 403 403 403 204"},
  {"GET /api/model-prices",                               "",                              "401 403 403 200   403 403 403 403 403 200"},
  {"POST /api/model-prices",                              R"({"model":"demo:scripted"})",  "401 403 403 200   403 403 403 403 403 200"},
  {"POST /api/conversations/$conversation/attachments",   "%PDF-1.4",                      "401 201 404 404   403 404 403 403 403 403"},
  {"GET /api/attachments/$attachment",                    "",                              "401 200 404 404   404 404 403 403 403 403"},
  {"GET /api/tools",                                      "",                              "401 200 200 200   200 200 200 403 403 403"},
  {"GET /api/agents",                                     "",                              "401 200 200 200   200 403 200 403 403 403"},
  {"POST /api/agents",                                    R"({"name":"a","prompt":"p","model":"demo:scripted"})",
                                                                                           "401 201 201 201   403 403 201 403 403 403"},
  {"GET /api/agents/$agent",                              "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"PATCH /api/agents/$agent",                            R"({"name":"b"})",               "401 200 404 200   403 403 200 403 403 403"},
  {"DELETE /api/agents/$agent",                           "",                              "401 204 404 204   403 403 204 403 403 403"},
  {"POST /api/agents/$agent/run",                         "",                              "401 202 404 202   403 403 202 403 403 403"},
  {"GET /api/agents/$agent/runs",                         "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"GET /api/agents/$agent/abilities",                    "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"POST /api/agents/abilities",                          R"({"allowed_tools":"all"})",   "401 200 200 200   200 403 200 403 403 403"},
  {"GET /api/agents/$agent/not-run",                       "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"GET /api/schedule/preview?expression=@daily",          "",                              "401 200 200 200   200 403 200 403 403 403"},
  {"GET /api/scheduled-tasks",                             "",                              "401 200 200 200   200 403 200 403 403 403"},
  {"POST /api/scheduled-tasks",                            R"({"name":"t","prompt":"p"})",  "401 201 201 201   403 403 201 403 403 403"},
  {"GET /api/scheduled-tasks/$task",                       "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"PATCH /api/scheduled-tasks/$task",                     R"({"name":"u"})",               "401 200 404 200   403 403 200 403 403 403"},
  {"DELETE /api/scheduled-tasks/$task",                    "",                              "401 204 404 204   403 403 204 403 403 403"},
  {"POST /api/scheduled-tasks/$task/run",                  "",                              "401 202 404 202   403 403 202 403 403 403"},
  {"POST /api/scheduled-tasks/$task/convert",              "",                              "401 201 404 201   403 403 201 403 403 403"},
  {"GET /api/scheduled-tasks/$task/runs",                  "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"GET /api/scheduled-tasks/$task/not-run",               "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"GET /api/scheduled-tasks/$system_task",                "",                              "401 404 404 200   200 403 200 403 403 403"},
  {"PATCH /api/agents/$system_agent",                     R"({"name":"b"})",               "401 404 404 200   403 403 200 403 403 403"},
  {"GET /api/runs",                                       "",                              "401 200 200 200   200 403 200 403 403 403"},
  {"GET /api/runs/$run",                                  "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"GET /api/runs/$run/steps",                            "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"GET /api/runs/$run/prompts",                          "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"POST /api/runs/$run/rerun",                            "",                              "401 202 404 202   403 403 202 403 403 403"},
  {"POST /api/runs/$run/fork",                             R"({"seq":1})",                "401 202 404 202   403 403 202 403 403 403"},
  {"POST /api/runs/$run/stop",                            "",                              "401 200 404 200   403 403 200 403 403 403"},
  {"POST /api/runs/$run/try-again",                       "",                              "401 200 404 200   403 403 200 403 403 403"},
  {"GET /api/runs/$run/events",                           "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"GET /api/webhooks",                                   "",                              "401 200 200 200   200 403 200 403 403 403"},
  {"POST /api/webhooks",                                  R"({"name":"w","agent_id":"$agent"})",
                                                                                           "401 201 422 422   403 403 422 403 403 403"},
  {"GET /api/webhooks/$webhook",                          "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"GET /api/webhooks/$webhook/deliveries",               "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"POST /api/webhooks/$webhook/preview",                 "{}",                            "401 200 404 200   200 403 200 403 403 403"},
  {"PATCH /api/webhooks/$webhook",                        R"({"name":"v"})",               "401 200 404 200   403 403 200 403 403 403"},
  {"DELETE /api/webhooks/$webhook",                       "",                              "401 204 404 204   403 403 204 403 403 403"},
  {"GET /api/webhook-targets",                            "",                              "401 200 200 200   200 403 200 403 403 403"},
  {"POST /api/webhook-targets",                           R"({"name":"t","url":"https://example.org/"})",
                                                                                           "401 201 201 201   403 403 201 403 403 403"},
  {"GET /api/webhook-targets/$target",                    "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"PATCH /api/webhook-targets/$target",                  R"({"name":"v"})",               "401 200 404 200   403 403 200 403 403 403"},
  {"POST /api/webhook-targets/$target/test",              "",                              "401 202 404 202   403 403 202 403 403 403"},
  {"POST /api/webhook-targets/$target/secret",            "",                              "401 200 404 200   403 403 200 403 403 403"},
  {"GET /api/webhook-targets/$target/deliveries",         "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"GET /api/agents/$agent/targets",                      "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"PUT /api/agents/$agent/targets",                      R"({"targets":[]})",             "401 200 404 200   403 403 200 403 403 403"},
  {"DELETE /api/webhook-targets/$target",                 "",                              "401 204 404 204   403 403 204 403 403 403"},
  {"GET /api/outbox/dead",                                "",                              "401 200 200 200   200 403 200 403 403 403"},
  {"POST /api/outbox/$webhook/send",                      "",                              "401 404 404 404   403 403 404 403 403 403"},
  {"GET /api/me/push",                                    "",                              "401 200 200 200   403 403 403 403 403 403"},
  {"PATCH /api/me/push",                                  R"({"ntfy_url":""})",            "401 200 200 200   403 403 403 403 403 403"},
  {"POST /api/me/push/test",                              "",                              "401 409 409 409   403 403 403 403 403 403"},
  {"GET /api/triggers",                                   "",                              "401 200 200 200   200 403 200 403 403 403"},
  {"GET /api/events",                                     "",                              "401 200 200 200   200 403 200 403 403 403"},
  {"GET /api/events/$event",                              "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"POST /api/events/$event/replay",                      R"({"agent_id":"$agent"})",      "401 202 404 422   403 403 422 403 403 403"},
  {"GET /api/telegram",                                   "",                              "401 200 200 200   200 403 200 403 403 403"},
  {"GET /api/telegram/chats",                             "",                              "401 200 200 200   200 403 200 403 403 403"},
  {"PATCH /api/telegram/chats/$chat",                     R"({"agent_id":null})",          "401 200 404 200   403 403 200 403 403 403"},
  {"GET /api/telegram/chats/$chat/history",               "",                              "401 200 404 200   200 403 200 403 403 403"},
  {"GET /api/telegram/whitelist",                         "",                              "401 200 200 200   200 403 200 403 403 403"},
  {"POST /api/telegram/whitelist",                        R"({"chat_id":"$number"})",
                                                                                           "401 403 403 201   403 403 403 403 403 201"},
  {"DELETE /api/telegram/whitelist/$allowed",             "",                              "401 204 404 204   403 403 204 403 403 403"},
  {"GET /api/telegram/triggers",                          "",                              "401 200 200 200   200 403 200 403 403 403"},
  {"POST /api/telegram/triggers",                         R"({"trigger_word":"w","agent_id":"$agent"})",
                                                                                           "401 201 422 422   403 403 422 403 403 403"},
  {"PATCH /api/telegram/triggers/$words",                 R"({"trigger_word":"v"})",       "401 200 404 200   403 403 200 403 403 403"},
  {"DELETE /api/telegram/triggers/$words",                "",                              "401 204 404 204   403 403 204 403 403 403"},
  {"POST /telegram/update",                               "{}",                            "401 401 401 401   401 401 401 401 401 401"},
  {"POST /webhook/tok",                                   R"({"a":1})",                    "202 202 202 202   202 202 202 202 202 202"},
  {"GET /webhook/tok",                                    "",                              "202 202 202 202   202 202 202 202 202 202"},
  {"GET /api/status",                                     "",                              "401 200 200 200   200 200 200 200 200 200"},
  {"GET /api/queue",                                      "",                              "401 200 200 200   200 403 200 200 403 403"},
  {"POST /api/pause",                                     "",                              "401 403 403 200   403 403 403 200 403 403"},
  {"POST /api/resume",                                    "",                              "401 403 403 200   403 403 403 200 403 403"},
  {"GET /api/actors",                                     "",                              "401 403 403 200   403 403 403 200 403 403"},
  {"GET /api/actors/events",                              "",                              "401 403 403 200   403 403 403 200 403 403"},
  {"POST /api/actors/restart",                            R"({"path":"/x"})",              "401 403 403 200   403 403 403 200 403 403"},
  {"GET /api/messages/schema",                            "",                              "401 403 403 200   403 403 403 200 403 403"},
  {"POST /api/inject",                                    "{\"wait_ms\":0}",               "401 403 403 200   403 403 403 200 403 403"},
  {"GET /api/credentials",                                "",                              "401 403 403 200   403 403 403 403 403 200"},
  {"POST /api/credentials",                               R"({"key":"provider:$new","value":"x"})",
                                                                                           "401 403 403 201   403 403 403 403 403 201"},
  {"DELETE /api/credentials/$credential",                 "",                              "401 403 403 204   403 403 403 403 403 204"},
  {"GET /api/settings",                                   "",                              "401 403 403 200   403 403 403 403 403 200"},
  {"GET /api/web-whitelist",                              "",                              "401 403 403 200   403 403 403 403 403 200"},
  {"POST /api/web-whitelist",                             R"({"domain":"$new.example"})",  "401 403 403 201   403 403 403 403 403 201"},
  {"DELETE /api/web-whitelist/$domain",                   "",                              "401 403 403 204   403 403 403 403 403 204"},
  {"GET /api/filesystem-whitelist",                       "",                              "401 403 403 200   403 403 403 403 403 200"},
  {"POST /api/filesystem-whitelist",                      R"({"path":"$folder"})",         "401 403 403 201   403 403 403 403 403 201"},
  {"DELETE /api/filesystem-whitelist?path=$listed",       "",                              "401 403 403 204   403 403 403 403 403 204"},
  {"GET /api/audit",                                      "",                              "401 200 200 200   200 403 403 403 403 200"},
  {"GET /health/live",                                    "",                              "200 200 200 200   200 200 200 200 200 200"},
  {"GET /health/ready",                                   "",                              "200 200 200 200   200 200 200 200 200 200"},
  {"GET /metrics",                                        "",                              "200 200 200 200   200 200 200 200 200 200"}, // loopback
  {"GET /api/openapi.json",                               "",                              "200 200 200 200   200 200 200 200 200 200"},
  // clang-format on
};

class Permissions : public testing_http::Front {
protected:
  static void SetUpTestSuite() {
    start(true);
    folder_ = std::make_unique<tests::temporary_folder>();
  }
  static void TearDownTestSuite() {
    Front::TearDownTestSuite();
    folder_.reset();
  }

  static std::string fresh() {
    static int n = 0;
    return "n" + std::to_string(++n);
  }

  /// Objects of ann's, new for each request, as some requests remove them.
  static std::map<std::string, std::string> objects(bool with_key) {
    std::map<std::string, std::string> out;
    const auto now = base::system_clock()->now();
    const auto ann = users_["ann"];
    out["$ann"] = ann;
    out["$new"] = fresh();
    out["$folder"] = (folder_->path() / fresh()).string();
    out["$listed"] = (folder_->path() / fresh()).string();
    std::filesystem::create_directory(out["$folder"]);
    out["$domain"] = fresh() + ".example";
    out["$credential"] = "provider:" + fresh();
    if (with_key) // not for each request: a user has at most 100
      key_of(ann, {"read"}, &out["$key"]);
    engine_->with_session([&](storage::session& s) {
      records::agent_record agent;
      agent.id = out["$agent"] = base::new_id();
      agent.name = "of ann";
      agent.prompt = "p";
      agent.model = "demo:scripted";
      agent.owner_user_id = ann;
      agent.created_at = agent.updated_at = now;
      storage::agents::create(s, agent);
      auto system_agent = agent;
      system_agent.id = out["$system_agent"] = base::new_id();
      system_agent.owner_user_id.reset();
      storage::agents::create(s, system_agent);
      records::scheduled_task task;
      task.id = out["$task"] = base::new_id();
      task.name = "of ann";
      task.prompt = "p";
      task.owner_user_id = ann;
      task.created_at = now;
      storage::scheduled_tasks::create(s, task);
      task.id = out["$system_task"] = base::new_id();
      task.owner_user_id.reset();
      storage::scheduled_tasks::create(s, task);
      records::webhook_endpoint webhook;
      webhook.id = out["$webhook"] = base::new_id();
      webhook.name = "of ann";
      webhook.token = base::random_token(32);
      webhook.agent_id = agent.id;
      webhook.owner_user_id = ann;
      webhook.created_at = now;
      storage::webhook_endpoints::create(s, webhook);
      records::webhook_target target;
      target.id = out["$target"] = base::new_id();
      target.name = "of ann";
      target.url = "https://example.org/";
      target.owner_user_id = ann;
      target.created_at = now;
      storage::webhook_targets::create(s, target);
      out["$event"] = base::new_id();
      s.exec("INSERT INTO trigger_events (id, source, source_id, dedupe_key, body, received_at) "
             "VALUES ($1, 'webhook', $2, $1, '{}', $3)",
             out["$event"], webhook.id, now);
      records::telegram_update written;
      static int number = 1000;
      written.chat_id = std::to_string(++number);
      out["$number"] = "9" + written.chat_id;
      storage::telegram::seen(s, written, now);
      out["$chat"] = written.chat_id;
      storage::telegram::allow(s, {out["$allowed"] = base::new_id(), written.chat_id, ann, {}});
      storage::telegram::create_trigger(s, {out["$words"] = base::new_id(), "word", agent.id, ann, true, now});
      records::conversation_head conversation;
      conversation.id = out["$conversation"] = base::new_id();
      conversation.user_id = ann;
      conversation.started_at = now;
      storage::conversations::create(s, conversation);
      records::attachment file;
      file.id = out["$attachment"] = base::new_id();
      file.conversation_id = conversation.id;
      file.user_id = ann;
      file.media_type = "application/pdf";
      file.size = 3;
      file.content = "JVBE";
      file.created_at = now;
      storage::attachments::create(s, file, 1'000);
      out["$version"] = base::new_id();
      s.exec("INSERT INTO conversation_versions (conversation_id, replaced_by, run_id, messages, replaced_at) "
             "VALUES ($1, $2, 'r0', '[]', $3)",
             conversation.id, out["$version"], now);
      out["$endpoint"] = fresh();
      s.exec("INSERT INTO model_endpoints (name, base_url, created_at) VALUES ($1, 'http://127.0.0.1:1', $2)",
             out["$endpoint"], now);
      out["$run"] = base::new_id();
      s.exec("INSERT INTO runs (id, kind, agent_id, owner_user_id, definition, state, queued_at) "
             "VALUES ($1, 'agent', $2, $3, '{}', 'running', $4)",
             out["$run"], agent.id, ann, now);
      s.exec("INSERT INTO web_whitelist (domain, created_at) VALUES ($1, $2)", out["$domain"], now);
      s.exec("INSERT INTO filesystem_whitelist (path, created_at) VALUES ($1, $2)", out["$listed"], now);
      s.exec("INSERT INTO credentials (key, value_enc, created_at, updated_at) VALUES ($1, 'x', $2, $2)",
             out["$credential"], now);
    });
    return out;
  }

  static std::string fill(std::string text, const std::map<std::string, std::string>& values) {
    for (auto i = values.rbegin(); i != values.rend(); ++i) // longer names first
      for (std::size_t at = 0; (at = text.find(i->first, at)) != std::string::npos; at += i->second.size())
        text.replace(at, i->first.size(), i->second);
    return text;
  }

  static inline std::unique_ptr<tests::temporary_folder> folder_;
};

TEST_F(Permissions, every_route_lets_in_exactly_whom_it_should) {
  const auto root = users_["root"];
  std::vector<std::pair<std::string, std::function<std::string()>>> callers{
    {"nobody", [] { return std::string(); }},
    {"ann", [] { return session_of(users_["ann"]); }},
    {"bob", [] { return session_of(users_["bob"]); }},
    {"root", [&] { return session_of(root); }},
  };
  for (const char* scope : {"read", "chat", "run", "engine", "metrics", "admin"})
    callers.emplace_back(std::string("key ") + scope, [key = key_of(root, {scope})] { return key; });
  for (const auto& e : expectations) {
    std::istringstream statuses(e.statuses);
    for (const auto& [name, credential] : callers) {
      int expected = 0;
      ASSERT_TRUE(statuses >> expected) << e.route;
      const auto values = objects(std::string_view(e.route).find("$key") != std::string_view::npos);
      const auto route = fill(e.route, values);
      const auto space = route.find(' ');
      const auto a = ask(route.substr(0, space), route.substr(space + 1), credential(), fill(e.body, values));
      EXPECT_EQ(a.status, expected) << e.route << " as " << name << ": " << a.body.substr(0, 200);
    }
  }
}

/// Whether `path` is what `pattern` (with `{…}`) stands for.
bool fits(std::string_view pattern, std::string_view path) {
  path = path.substr(0, path.find('?'));
  while (!pattern.empty() && !path.empty()) {
    const auto p = pattern.substr(0, pattern.find('/', 1));
    const auto q = path.substr(0, path.find('/', 1));
    const bool parameter = p.starts_with("/{") && (q.starts_with("/$") || q == "/tok" || q == "/c1");
    if (!parameter && p != q)
      return false;
    pattern.remove_prefix(p.size());
    path.remove_prefix(q.size());
  }
  return pattern.empty() && path.empty();
}

TEST_F(Permissions, every_route_stands_in_the_table) {
  const auto table = http::routes::all();
  for (const auto& r : table.all()) {
    bool found = false;
    for (const auto& e : expectations) {
      const std::string_view text = e.route;
      const auto space = text.find(' ');
      found = found || (text.substr(0, space) == r.info.method && fits(r.info.path, text.substr(space + 1)));
    }
    EXPECT_TRUE(found) << r.info.method << ' ' << r.info.path << " is missing in the table above: who may use it?";
  }
}

TEST_F(Permissions, a_key_never_has_more_rights_than_its_owner) {
  const auto ann = key_of(users_["ann"], {"read", "chat", "run", "engine", "metrics", "admin"});
  for (const char* target : {"/api/users", "/api/credentials", "/api/settings", "/api/actors", "/api/messages/schema"})
    EXPECT_EQ(ask("GET", target, ann).status, 403) << target;
  EXPECT_EQ(ask("POST", "/api/pause", ann).status, 403);
  EXPECT_EQ(ask("GET", "/api/agents", ann).status, 200);
  // A proxied request is not from loopback, whatever its peer is.
  EXPECT_EQ(ask("GET", "/metrics", "X-Forwarded-For: 8.8.8.8\r\n").status, 401);
  EXPECT_EQ(ask("GET", "/metrics", "X-Forwarded-For: 8.8.8.8\r\n" + ann).status, 403);
  EXPECT_EQ(ask("GET", "/metrics", "X-Forwarded-For: 8.8.8.8\r\n" + key_of(users_["root"], {"metrics"})).status, 200);
  EXPECT_EQ(ask("POST", "/api/api-keys", session_of(users_["ann"]), R"({"name":"k","scopes":["admin"]})").status, 422);
}

} // namespace
