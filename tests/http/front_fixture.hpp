#pragma once

#include "base/ids.hpp"
#include "http/front.hpp"
#include "messages/records/agent.hpp"
#include "security/crypto.hpp"
#include "security/passwords.hpp"
#include "security/vault.hpp"
#include "storage/agents.hpp"
#include "storage/api_keys.hpp"
#include "storage/attachments.hpp"
#include "storage/conversations.hpp"
#include "storage/credentials.hpp"
#include "storage/sessions.hpp"
#include "storage/users.hpp"
#include "storage/webhook_endpoints.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/support/postgres.hpp"

#include <gtest/gtest.h>

#include <map>
#include <mutex>

/// The real front on a real database; the engine behind it is a stand-in that says yes.
namespace testing_http {

class fake_engine : public http::engine_port {
public:
  explicit fake_engine(const base::secret& conninfo) : session_(conninfo) {}

  base::result<std::any> db(std::string, std::function<std::any(storage::session&)> work) override {
    const std::lock_guard lock(mutex_);
    try {
      return base::result<std::any>(boost::system::in_place_value, work(session_));
    } catch (const base::failure_error& e) {
      return base::result<std::any>(boost::system::in_place_error, e.get());
    }
  }
  template <class F>
  auto with_session(F f) {
    const std::lock_guard lock(mutex_);
    return f(session_);
  }

  base::result<std::string> start_run(std::string, std::string message, std::string, bool autonomous) override {
    last_message = message;
    last_autonomous = autonomous;
    return base::new_id();
  }
  base::result<std::string> copy_run(std::string, std::string, bool, int, std::string,
                                     std::optional<std::string>) override {
    return base::new_id();
  }
  base::result<std::string> start_chat_turn(http::chat_message said) override {
    last_attachments = std::move(said.attachments);
    last_message = std::move(said.text);
    last_replaced = said.replaces.value_or("");
    return base::new_id();
  }
  base::result<std::string> run_task(std::string, bool) override { return base::new_id(); }
  base::result<void> stop_run(std::string) override { return {}; }
  base::result<void> try_again(std::string, std::string) override { return {}; }
  base::result<void> restart_actor(std::string) override { return {}; }
  base::result<void> stop_conversation(std::string) override { return base::fail(base::errc::not_found, "none runs"); }
  base::result<void> answer_confirmation(std::string, std::string, std::string, bool,
                                         records::confirmation_scope) override {
    return {};
  }
  base::result<void> pause() override {
    paused = true;
    return {};
  }
  base::result<void> resume() override {
    paused = false;
    return {};
  }
  base::result<http::engine_state> state() override { return http::engine_state{3, paused, "", ""}; }
  void deliver_webhook(http::webhook_delivery d,
                       std::function<void(base::result<http::webhook_receipt>)> tell) override {
    if (d.token == "unknown")
      tell(base::fail(base::errc::not_found, "no such token"));
    else if (d.token == "full")
      tell(base::fail(base::errc::overloaded, "the queue is full"));
    else if (d.token == "noget" && d.get)
      tell(base::fail(base::errc::unsupported, "GET"));
    else
      tell(
        http::webhook_receipt{"run-of-" + d.token, "event-" + std::to_string(d.body.str().size()) + d.idempotency_key});
  }
  base::result<void> triggers_changed() override { return {}; }
  base::result<std::string> queue_run(records::new_run run) override { return run.run.id; }
  base::result<void> deliver(records::outbox_record) override { return {}; }
  void notify(std::string, std::string, std::string) override {}
  base::result<void> outbox_changed() override { return {}; }
  base::result<std::vector<messages::trigger_proof>> liveness() override { return std::vector<messages::trigger_proof>{}; }
  base::result<records::telegram_status> telegram() override { return records::telegram_status{}; }
  base::result<void> telegram_changed() override { return {}; }
  base::result<std::string> check_telegram(base::secret) override { return "bot"; }
  base::result<void> take_telegram(base::secret, base::untrusted_text) override { return {}; }
  base::result<void> settings_changed() override { return {}; }
  base::result<std::vector<models::model_info>> models() override {
    models::model_info demo;
    demo.id = "demo:scripted";
    demo.name = "Demo";
    demo.provider = "demo";
    return std::vector{demo};
  }
  base::result<std::vector<records::provider_state>> providers() override {
    return std::vector<records::provider_state>{};
  }
  void refresh_models() override {}
  base::result<http::topic_snapshot> topic(std::string) override { return http::topic_snapshot{"7", "7", nullptr}; }
  void subscribe(std::string topic, std::optional<std::string> after,
                 std::shared_ptr<engine::event_queue> queue) override {
    const std::lock_guard lock(mutex_);
    topics[topic].push_back(queue);
    if (after == "lost")
      queue->push({"9", "reset", ""});
  }
  void unsubscribe(std::string, std::shared_ptr<engine::event_queue> queue) override { queue->close(); }
  void publish(std::string topic, std::string name, boost::json::value data) override {
    publish(topic, engine::event{"8", std::move(name), base::to_line(data)});
  }
  void publish(const std::string& topic, const engine::event& e) {
    const std::lock_guard lock(mutex_);
    for (auto& q : topics[topic])
      q->push(e);
  }
  boost::json::array actors() override { return {}; }
  boost::json::object message_schemas() override { return {}; }
  std::string actor_metrics() override { return "# no actors\n"; }
  base::result<void> find_actor(std::string path) override {
    if (path == "/runs/supervisor")
      return {};
    return base::fail(base::errc::not_found, "there is no actor at " + path);
  }
  base::result<std::string> begin_injection(std::string user_id, bool by_key, std::vector<std::string> watch) override {
    const std::lock_guard lock(mutex_);
    if (sessions >= 4)
      return base::fail(base::errc::overloaded, "too many scripts");
    ++sessions;
    injecting = user_id + (by_key ? " by key" : "");
    watched = std::move(watch);
    return std::string("s1");
  }
  base::result<http::injected> inject(std::string, std::string to, std::string message,
                                      boost::json::value body) override {
    const std::lock_guard lock(mutex_);
    injections.push_back(to + ' ' + message + ' ' + base::to_line(body));
    if (message == "stop_run")
      return base::fail(base::errc::not_found, "no such run");
    return http::injected{"done", boost::json::value{{"run_id", "r1"}}, to};
  }
  base::result<http::injected> expect(std::string, http::expectation what) override {
    const std::lock_guard lock(mutex_);
    expectations.push_back(what.message + " from " + what.from + ' ' + base::to_line(what.where));
    if (what.message == "run_started")
      return base::fail(base::errc::timeout, "none came");
    return http::injected{what.message, what.where, what.from};
  }
  void end_injection(std::string) override {
    const std::lock_guard lock(mutex_);
    --sessions;
  }

  std::atomic<bool> paused = false;
  std::atomic<int> sessions = 0; ///< scripts that go on
  std::string injecting;
  std::vector<std::string> watched;
  std::vector<std::string> injections;
  std::vector<std::string> expectations;
  std::string last_message;
  std::string last_replaced; ///< the run whose message the last one replaces
  std::vector<records::attachment_head> last_attachments;
  bool last_autonomous = false;
  std::map<std::string, std::vector<std::shared_ptr<engine::event_queue>>> topics;

private:
  std::mutex mutex_;
  storage::session session_;
};

/// One database and one front for a suite, as both cost time to make.
class Front : public testing::Test {
protected:
  static constexpr const char* password = "correct horse battery";

  static void start(bool with_users, const std::string& setup_code = {}) {
    database_ = std::make_unique<tests::test_database>();
    engine_ = std::make_shared<fake_engine>(database_->conninfo());
    config::runtime_settings settings;
    settings.session_secret = base::secret("a secret for the tests, long enough");
    settings.public_hosts = {"oai.example"};
    settings.allow_injection = true;
    settings.trusted_proxy_ips = {"127.0.0.9"};
    holder_ = std::make_shared<http::settings_holder>(settings);
    http::services s;
    s.engine = engine_;
    s.settings = holder_;
    auto [header, vault] = security::vault::create(base::secret("master"));
    s.vault = std::make_shared<const security::vault>(std::move(vault));
    s.metrics = metrics_ = std::make_shared<engine::metrics>();
    s.clock = base::system_clock();
    s.tools = {{"time", "Tells the time.", "read", false, "yes"},
               {"filesystem", "Files.", "destructive", true, "only_if_named"}};
    s.abilities = [](const records::run_definition& d) {
      return std::vector<records::ability>{
        {"time", "Tell the time", d.allowed_tools ? records::may_alone::never : records::may_alone::freely, "."}};
    };
    s.setup_code = setup_code;
    s.data_dir = "/var/lib/oai-web-of-the-test";
    front_ = std::make_unique<http::front>(s, http::server_settings{});
    const auto port = front_->start();
    ASSERT_TRUE(port) << port.error().message;
    port_ = *port;
    if (with_users)
      for (const auto& [name, role] : {std::pair{"root", records::user_role::admin},
                                       {"ann", records::user_role::user},
                                       {"bob", records::user_role::user}})
        users_[name] = make_user(name, role);
  }
  static void TearDownTestSuite() {
    front_.reset();
    engine_.reset();
    users_.clear();
    database_.reset();
  }

  static std::string make_user(const std::string& name, records::user_role role) {
    static const auto hash = security::hash_password(base::secret(password));
    records::user_record u;
    u.id = base::new_id();
    u.username = name;
    u.password_hash = hash;
    u.role = role;
    u.created_at = u.updated_at = base::system_clock()->now();
    engine_->with_session([&](storage::session& s) { storage::users::create(s, u); });
    return u.id;
  }
  /// A cookie header line of a new session.
  static std::string session_of(const std::string& user_id) {
    const auto id = base::random_token(32);
    records::session_record row;
    row.id_hash = security::sha256_hex(id);
    row.user_id = user_id;
    row.created_at = base::system_clock()->now();
    row.expires_at = row.created_at + std::chrono::hours(1);
    engine_->with_session([&](storage::session& s) { storage::sessions::create(s, row); });
    return "Cookie: aide_user=" + security::sign(holder_->get()->session_secret.reveal(), "session", id) + "\r\n";
  }
  /// A header line with a new API key.
  static std::string key_of(const std::string& user_id, std::vector<std::string> scopes, std::string* id = nullptr) {
    const auto key = "oai_" + base::random_token(32);
    records::api_key_record row;
    row.id = base::new_id();
    row.user_id = user_id;
    row.name = "test";
    row.prefix = key.substr(0, 10);
    row.key_hash = security::sha256_hex(key);
    row.scopes = std::move(scopes);
    row.created_at = base::system_clock()->now();
    engine_->with_session([&](storage::session& s) { storage::api_keys::create(s, row); });
    if (id != nullptr)
      *id = row.id;
    return "Authorization: Bearer " + key + "\r\n";
  }

  /// One request on a connection of its own. `headers` are whole lines.
  static raw_answer ask(const std::string& method, const std::string& target, const std::string& headers = {},
                        const std::string& body = {}, const std::string& host = "127.0.0.1") {
    raw_client c(port_);
    std::string q = method + ' ' + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + headers;
    if (!body.empty()) {
      if (headers.find("Content-Type") == std::string::npos)
        q += "Content-Type: application/json\r\n";
      q += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    c.send(q + "\r\n" + body);
    auto a = c.answer(method == "HEAD");
    EXPECT_TRUE(a) << method << ' ' << target;
    return a ? std::move(*a) : raw_answer{};
  }
  static boost::json::value json_of(const raw_answer& a) {
    std::string error;
    auto v = base::parse_json(a.body, error);
    EXPECT_TRUE(v) << a.body << ' ' << error;
    return v ? std::move(*v) : boost::json::value();
  }
  static std::string text(const boost::json::value& v, const char* name) {
    return std::string(v.as_object().at(name).as_string());
  }

  static inline std::unique_ptr<tests::test_database> database_;
  static inline std::shared_ptr<fake_engine> engine_;
  static inline std::shared_ptr<http::settings_holder> holder_;
  static inline std::shared_ptr<engine::metrics> metrics_;
  static inline std::unique_ptr<http::front> front_;
  static inline std::uint16_t port_ = 0;
  static inline std::map<std::string, std::string> users_;
};

} // namespace testing_http
