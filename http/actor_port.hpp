#pragma once

#include "base/clock.hpp"
#include "engine/registry.hpp"
#include "http/services.hpp"
#include "messages/db.hpp"
#include "messages/events.hpp"
#include "messages/http.hpp"
#include "messages/injection.hpp"
#include "messages/liveness.hpp"
#include "messages/outbox.hpp"
#include "messages/providers.hpp"
#include "messages/records/spending.hpp"
#include "messages/runs.hpp"
#include "messages/schedules.hpp"
#include "messages/telegram.hpp"
#include "messages/webhooks.hpp"

namespace http {

/// The actors that the front talks to.
struct actor_handles {
  messages::db_pool_actor db;
  messages::journal_actor journal;
  messages::run_supervisor_actor supervisor;
  messages::webhooks_actor webhooks;
  messages::outbox_actor outbox;
  messages::telegram_bot_actor telegram;
  messages::liveness_actor liveness;
  messages::scheduler_actor scheduler;
  messages::event_hub_actor hub;
  messages::llm_gateway_actor gateway;
  messages::http_client_actor http;
  messages::injector_actor injector;
  std::shared_ptr<const engine::registry> registry;
};

/// What is in force now: read by actors and routes, replaced as a whole when somebody changes it.
struct in_force {
  std::shared_ptr<settings_holder> settings;
  std::shared_ptr<base::shared_value<records::user_profiles>> profiles;
  std::shared_ptr<base::shared_value<records::spending_rules>> spending;         ///< prices and budgets
  std::shared_ptr<base::shared_value<std::vector<std::string>>> trusted_domains; ///< `web_whitelist`
};

/// The limits that the actors keep, out of the settings.
[[nodiscard]] messages::set_run_limits run_limits_of(const config::runtime_settings& s);

/// The engine for the routes, by asking actors.
class actor_port final : public engine_port {
public:
  actor_port(caf::actor_system& system, actor_handles handles, in_force now,
             std::shared_ptr<const security::vault> vault);

  base::result<std::any> db(std::string name, std::function<std::any(storage::session&)> work) override;
  base::result<std::string> start_run(std::string agent_id, std::string message, std::string user_id,
                                      bool autonomous) override;
  base::result<std::string> copy_run(std::string run_id, std::string user_id, bool autonomous, int seq,
                                     std::string model, std::optional<std::string> message) override;
  base::result<std::string> start_chat_turn(chat_message said) override;
  base::result<std::string> run_task(std::string task_id, bool autonomous) override;
  base::result<void> stop_run(std::string run_id) override;
  base::result<void> try_again(std::string run_id, std::string tried_by) override;
  base::result<void> restart_actor(std::string path) override;
  base::result<void> stop_conversation(std::string conversation_id) override;
  base::result<void> answer_confirmation(std::string conversation_id, std::string call_id, std::string user_id,
                                         bool approved, records::confirmation_scope scope) override;
  base::result<void> pause() override;
  base::result<void> resume() override;
  base::result<engine_state> state() override;
  void deliver_webhook(webhook_delivery d, std::function<void(base::result<webhook_receipt>)> tell) override;
  base::result<void> triggers_changed() override;
  base::result<std::string> queue_run(records::new_run run) override;
  base::result<void> deliver(records::outbox_record row) override;
  void notify(std::string user_id, std::string title, std::string text) override;
  base::result<void> outbox_changed() override;
  base::result<std::vector<messages::trigger_proof>> liveness() override;
  base::result<records::telegram_status> telegram() override;
  base::result<void> telegram_changed() override;
  base::result<std::string> check_telegram(base::secret token) override;
  base::result<void> take_telegram(base::secret secret, base::untrusted_text body) override;
  base::result<void> settings_changed() override;
  base::result<std::vector<models::model_info>> models() override;
  base::result<std::vector<records::provider_state>> providers() override;
  void refresh_models() override;
  base::result<topic_snapshot> topic(std::string topic) override;
  void publish(std::string topic, std::string name, boost::json::value data) override;
  void subscribe(std::string topic, std::optional<std::string> last_event_id,
                 std::shared_ptr<engine::event_queue> queue) override;
  void unsubscribe(std::string topic, std::shared_ptr<engine::event_queue> queue) override;
  boost::json::array actors() override;
  boost::json::object message_schemas() override;
  std::string actor_metrics() override;
  base::result<void> find_actor(std::string path) override;
  base::result<std::string> begin_injection(std::string user_id, bool by_key, std::vector<std::string> watch) override;
  base::result<injected> inject(std::string session, std::string to, std::string message,
                                boost::json::value body) override;
  base::result<injected> expect(std::string session, expectation what) override;
  void end_injection(std::string session) override;

private:
  template <class Handle, class Message>
  base::result<void> tell(const Handle& to, Message message);

  caf::actor_system& system_;
  actor_handles to_;
  in_force now_;
  std::mutex reloading_; ///< else an older state could be put in force after a newer one
  std::shared_ptr<const security::vault> vault_;
  std::atomic<std::int64_t> pause_asked_ns_ = 0; ///< of the steady clock; 0: not asked for here
};

} // namespace http
