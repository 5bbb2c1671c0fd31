#pragma once

#include "base/clock.hpp"
#include "base/described.hpp"
#include "base/errc.hpp"
#include "base/shared_value.hpp"
#include "config/runtime_settings.hpp"
#include "engine/event_queue.hpp"
#include "engine/metrics.hpp"
#include "messages/liveness.hpp"
#include "messages/records/ability.hpp"
#include "messages/records/attachment.hpp"
#include "messages/records/journal.hpp"
#include "messages/records/outbox.hpp"
#include "messages/records/provider.hpp"
#include "messages/records/run.hpp"
#include "messages/records/telegram.hpp"
#include "security/vault.hpp"

#include <any>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace storage {
class session;
}

namespace http {

/// A tool as `GET /api/tools` lists it.
struct tool_info {
  std::string name;
  std::string description;
  std::string risk; ///< read, write, external, destructive
  bool needs_confirmation = false;
  std::string unattended; ///< yes, only_if_named, never
};
BOOST_DESCRIBE_STRUCT(tool_info, (), (name, description, risk, needs_confirmation, unattended))

/// The run supervisor's view of its queue.
struct engine_state {
  int max_concurrent = 0;
  bool paused = false;
  std::string why_interactive; ///< why the next chat turn or run by hand waits; empty: none has to
  std::string why_autonomous;  ///< the same for triggered runs
  std::map<std::string, std::int64_t> at_limit
    = {}; ///< agents that have as many runs as they may, and how many that are
  /// While paused through this port: how long after the request the last byte of a run's model or tool call went out; 0:
  /// none did.
  std::optional<double> still_after_ms = {};
};

/// A delivery at `/webhook/{token}`.
struct webhook_delivery {
  std::string token;
  std::string content_type;
  base::untrusted_text body;
  std::string idempotency_key;
  bool get = false;
  std::map<std::string, base::secret> headers; ///< by name in small letters; without those that every client sends
  base::untrusted_text query;                  ///< as sent, without `?`
};

struct webhook_receipt {
  std::string run_id; ///< empty: none came of it
  std::string event_id;
  std::string ignored = {};       ///< why no run came of it
  std::int64_t retry_after_s = 0; ///< over the endpoint's rate: nothing was stored
};

/// What a user says in a conversation, see messages::start_chat_turn.
struct chat_message {
  std::string conversation_id;
  std::string user_id;
  std::string text;
  std::string model; ///< `provider:model`
  std::vector<records::attachment_head> attachments;
  std::optional<std::string> replaces;
};

/// What a late listener of a topic is told, see messages::topic_state.
struct topic_snapshot {
  std::string last_event_id;
  std::string newest_event_id;
  boost::json::value partial; ///< null, or {run_id, text, tool_calls}
};

/// What an injected message was answered, or the message that was expected.
struct injected {
  std::string message; ///< type; empty: there was no answer
  boost::json::value body;
  std::string from; ///< path of the sender
};

/// A message that a script waits for, see messages::expect_message.
struct expectation {
  std::string message;
  std::string from;
  std::string to;
  boost::json::value where;
  std::chrono::milliseconds within{0};
};

/// The engine as routes see it: narrow functions, no actor types. Every function may be called from any thread, waits
/// at most a few seconds, and answers a failure in place of throwing.
class engine_port {
public:
  virtual ~engine_port() = default;

  virtual base::result<std::any> db(std::string name, std::function<std::any(storage::session&)> work) = 0;

  /// Answers the run's id. not_found, denied, conflict, overloaded.
  virtual base::result<std::string> start_run(std::string agent_id, std::string message, std::string user_id,
                                              bool autonomous)
    = 0;
  /// Answers the id of the new run; `seq` 0: from the beginning; an empty model and no message: the same. not_found, conflict,
  /// invalid, overloaded.
  virtual base::result<std::string> copy_run(std::string run_id, std::string user_id, bool autonomous, int seq,
                                             std::string model, std::optional<std::string> message)
    = 0;
  /// conflict: a turn already runs there, what it replaces is not there any more, or the chat's agent is gone.
  virtual base::result<std::string> start_chat_turn(chat_message said) = 0;
  /// Starts a scheduled task; answers the run's id. not_found, overloaded.
  virtual base::result<std::string> run_task(std::string task_id, bool autonomous) = 0;
  /// not_found: no such run lives.
  virtual base::result<void> stop_run(std::string run_id) = 0;
  /// Takes up again a run that was put aside. conflict: it was not.
  virtual base::result<void> try_again(std::string run_id, std::string tried_by) = 0;
  /// Starts a failed actor again now. not_found, conflict (it runs), unsupported (it ends with its work).
  virtual base::result<void> restart_actor(std::string path) = 0;
  virtual base::result<void> stop_conversation(std::string conversation_id) = 0;
  /// not_found, conflict.
  virtual base::result<void> answer_confirmation(std::string conversation_id, std::string call_id, std::string user_id,
                                                 bool approved, records::confirmation_scope scope)
    = 0;
  virtual base::result<void> pause() = 0;
  virtual base::result<void> resume() = 0;
  virtual base::result<engine_state> state() = 0;

  /// `tell` is called once from an actor's thread and must not block.
  virtual void deliver_webhook(webhook_delivery d, std::function<void(base::result<webhook_receipt>)> tell) = 0;
  /// Endpoints, agents, scheduled tasks or users changed; answers when the new state is in force.
  virtual base::result<void> triggers_changed() = 0;
  /// Queues a run that was made here; answers its id. not_found, overloaded.
  virtual base::result<std::string> queue_run(records::new_run run) = 0;
  /// Stores what is to be delivered.
  virtual base::result<void> deliver(records::outbox_record row) = 0;
  /// Tells a user by his push services.
  virtual void notify(std::string user_id, std::string title, std::string text) = 0;
  /// Targets, receivers or rows of the outbox changed; answers when it works by them.
  virtual base::result<void> outbox_changed() = 0;
  /// Which ways in are known to work.
  virtual base::result<std::vector<messages::trigger_proof>> liveness() = 0;
  virtual base::result<records::telegram_status> telegram() = 0;
  /// Whitelist or trigger words changed; answers when they are in force.
  virtual base::result<void> telegram_changed() = 0;
  /// Answers the bot's username. invalid: Telegram refuses the token; unavailable.
  virtual base::result<std::string> check_telegram(base::secret token) = 0;
  /// What Telegram delivered; answers when what came of it is stored. denied, invalid, unavailable.
  virtual base::result<void> take_telegram(base::secret secret, base::untrusted_text body) = 0;
  /// `system:*` rows, model servers or what users have set for themselves changed: reads them anew, puts them into the
  /// holders and tells the actors.
  virtual base::result<void> settings_changed() = 0;

  /// All models that can be chosen.
  virtual base::result<std::vector<models::model_info>> models() = 0;
  virtual base::result<std::vector<records::provider_state>> providers() = 0;
  /// Asks every provider for its list of models; the lists come later.
  virtual void refresh_models() = 0;

  virtual base::result<topic_snapshot> topic(std::string topic) = 0;
  /// An event for everybody who listens to the topic.
  virtual void publish(std::string topic, std::string name, boost::json::value data) = 0;
  virtual void subscribe(std::string topic, std::optional<std::string> last_event_id,
                         std::shared_ptr<engine::event_queue> queue)
    = 0;
  virtual void unsubscribe(std::string topic, std::shared_ptr<engine::event_queue> queue) = 0;

  /// Rows of the actors page.
  virtual boost::json::array actors() = 0;
  /// JSON Schemas of all messages by name.
  virtual boost::json::object message_schemas() = 0;
  /// Figures of the actors in Prometheus' text form.
  virtual std::string actor_metrics() = 0;

  /// not_found, with the path that was perhaps meant.
  virtual base::result<void> find_actor(std::string path) = 0;
  /// A script begins: what the actors at `watch` send is remembered. Answers its session; overloaded.
  virtual base::result<std::string> begin_injection(std::string user_id, bool by_key, std::vector<std::string> watch)
    = 0;
  /// not_found, invalid, unsupported, or what the receiver answers.
  virtual base::result<injected> inject(std::string session, std::string to, std::string message,
                                        boost::json::value body)
    = 0;
  /// timeout: none came that fits.
  virtual base::result<injected> expect(std::string session, expectation what) = 0;
  virtual void end_injection(std::string session) = 0;
};

/// The runtime settings in force.
using settings_holder = base::shared_value<config::runtime_settings>;

/// Everything that routes need; made once at start, lives longer than the server.
struct services {
  std::shared_ptr<engine_port> engine;
  std::shared_ptr<settings_holder> settings;
  std::shared_ptr<const security::vault> vault;
  std::shared_ptr<engine::metrics> metrics;
  base::clock_ptr clock;
  std::vector<tool_info> tools;
  /// What runs of such a definition may do while nobody watches, from the function that decides it.
  std::function<std::vector<records::ability>(const records::run_definition&)> abilities;
  std::string agent_name = "oAI-Web"; ///< what `GET /api/status` calls the agent
  base::timestamp leads_since{};      ///< when this process became the one that works on its database
  std::string data_dir;               ///< absolute; no folder of the whitelist may hold it or lie in it
  /// Asked for by /setup when the server listens on more than loopback; empty: not asked.
  std::string setup_code;
  /// Where the server was told at its start that scripts may be run, whatever system:allow_injection says: `config`,
  /// `environment`, `command line`. Empty: it was not.
  std::string injection_source;
  std::string ui_dir; ///< serve the web app from this folder (OAI_WEB_UI_DIR); empty: from the program
};

} // namespace http
