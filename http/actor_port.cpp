#include "http/actor_port.hpp"

#include "messages/guardian.hpp"

#include "engine/ask.hpp"
#include "messages/schema.hpp"
#include "storage/providers.hpp"
#include "storage/runtime_settings.hpp"
#include "storage/spending.hpp"
#include "storage/user_settings.hpp"
#include "storage/whitelists.hpp"

#include <caf/all.hpp>

namespace http {

namespace {

using namespace std::chrono_literals;

/// More than statement_timeout, so that the database's own error is the one that is seen.
constexpr auto database_limit = 20s;
constexpr auto actor_limit = 5s;
/// More than the injector itself takes for the audit row and the receiver's answer together.
constexpr auto injection_limit = 35s;

} // namespace

messages::set_run_limits run_limits_of(const config::runtime_settings& s) {
  messages::set_run_limits limits;
  limits.max_concurrent_runs = s.max_concurrent_runs;
  limits.max_autonomous_runs_per_hour = s.max_autonomous_runs_per_hour;
  limits.max_tool_calls = s.max_tool_calls;
  limits.max_tool_result_bytes = s.max_tool_result_bytes;
  limits.confirmation_timeout_s = s.confirmation_timeout_s;
  limits.max_run_minutes = s.max_run_minutes;
  limits.max_run_output_tokens = s.max_run_output_tokens;
  return limits;
}

actor_port::actor_port(caf::actor_system& system, actor_handles handles, in_force now,
                       std::shared_ptr<const security::vault> vault)
  : system_(system), to_(std::move(handles)), now_(std::move(now)), vault_(std::move(vault)) {}

template <class Handle, class Message>
base::result<void> actor_port::tell(const Handle& to, Message message) {
  const auto answer = engine::ask<messages::done>(system_, to, database_limit, std::move(message));
  if (!answer)
    return answer.error();
  return {};
}

base::result<std::any> actor_port::db(std::string name, std::function<std::any(storage::session&)> work) {
  auto answer = engine::ask<messages::db_result>(system_, to_.db, database_limit,
                                                 messages::db_job{std::move(name), std::move(work)});
  if (!answer) // by name: a std::any could hold the failure as its value
    return {boost::system::in_place_error, answer.error()};
  return {boost::system::in_place_value, std::move(answer->value)};
}

base::result<std::string> actor_port::start_run(std::string agent_id, std::string message, std::string user_id,
                                                bool autonomous) {
  auto queued = engine::ask<messages::run_queued>(
    system_, to_.supervisor, database_limit,
    messages::start_run{std::move(agent_id), std::move(message), std::move(user_id), autonomous});
  if (!queued)
    return queued.error();
  return std::move(queued->run_id);
}

base::result<std::string> actor_port::copy_run(std::string run_id, std::string user_id, bool autonomous, int seq,
                                               std::string model, std::optional<std::string> message) {
  auto queued = engine::ask<messages::run_queued>(
    system_, to_.supervisor, database_limit,
    messages::copy_run{std::move(run_id), std::move(user_id), autonomous, seq, std::move(model), std::move(message)});
  if (!queued)
    return queued.error();
  return std::move(queued->run_id);
}

base::result<std::string> actor_port::start_chat_turn(chat_message said) {
  auto queued = engine::ask<messages::run_queued>(
    system_, to_.supervisor, database_limit,
    messages::start_chat_turn{std::move(said.conversation_id), std::move(said.user_id), std::move(said.text),
                              std::move(said.model), std::move(said.attachments), std::move(said.replaces)});
  if (!queued)
    return queued.error();
  return std::move(queued->run_id);
}

base::result<std::string> actor_port::run_task(std::string task_id, bool autonomous) {
  auto queued = engine::ask<messages::run_queued>(system_, to_.scheduler, database_limit,
                                                  messages::run_task{std::move(task_id), autonomous});
  if (!queued)
    return queued.error();
  return std::move(queued->run_id);
}

base::result<void> actor_port::try_again(std::string run_id, std::string tried_by) {
  return tell(to_.supervisor, messages::try_run_again{std::move(run_id), std::move(tried_by)});
}

base::result<void> actor_port::restart_actor(std::string path) {
  const auto rows = to_.registry->rows();
  const auto at = std::ranges::find(rows, path, &engine::actor_row::path);
  if (at == rows.end())
    return base::fail(base::errc::not_found, to_.registry->none_at(path));
  if (at->state == engine::actor_state::running)
    return base::fail(base::errc::conflict, path + " is running.");
  const auto guardian = to_.registry->find("/guardian");
  if (!guardian)
    return base::fail(base::errc::unavailable, "The server is ending.");
  caf::anon_send(caf::actor_cast<caf::actor>(guardian), messages::restart_now{std::move(path)});
  return {};
}

base::result<void> actor_port::stop_run(std::string run_id) {
  return tell(to_.supervisor, messages::stop_run{std::move(run_id)});
}

base::result<void> actor_port::stop_conversation(std::string conversation_id) {
  return tell(to_.supervisor, messages::stop_conversation{std::move(conversation_id)});
}

base::result<void> actor_port::answer_confirmation(std::string conversation_id, std::string call_id,
                                                   std::string user_id, bool approved,
                                                   records::confirmation_scope scope) {
  return tell(to_.supervisor, messages::answer_confirmation{std::move(conversation_id), std::move(call_id),
                                                            std::move(user_id), approved, scope});
}

base::result<void> actor_port::pause() {
  std::int64_t none = 0; // a second wish changes nothing
  pause_asked_ns_.compare_exchange_strong(
    none, std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
  return tell(to_.supervisor, messages::pause_engine{});
}

base::result<void> actor_port::resume() {
  pause_asked_ns_ = 0;
  return tell(to_.supervisor, messages::resume_engine{});
}

base::result<engine_state> actor_port::state() {
  auto s = engine::ask<messages::queue_state>(system_, to_.supervisor, actor_limit, messages::get_queue{});
  if (!s)
    return s.error();
  engine_state out{s->max_concurrent, s->paused, std::move(s->why_interactive), std::move(s->why_autonomous), {}};
  if (const auto asked = pause_asked_ns_.load(); s->paused && asked != 0)
    out.still_after_ms = static_cast<double>(std::max<std::int64_t>(0, s->last_sent_ns - asked)) / 1e6;
  for (auto& at : s->at_limit)
    out.at_limit.emplace(std::move(at.agent_id), at.limit);
  return out;
}

void actor_port::deliver_webhook(webhook_delivery d, std::function<void(base::result<webhook_receipt>)> tell) {
  messages::webhook_delivery m;
  m.received = {base::secret(std::move(d.token)),
                std::move(d.content_type),
                std::move(d.body),
                std::move(d.idempotency_key),
                d.get,
                std::move(d.headers),
                std::move(d.query)};
  m.tell = [tell = std::move(tell)](base::result<messages::webhook_answer> answer) {
    if (answer)
      tell(webhook_receipt{std::move(answer->run_id), std::move(answer->event_id), std::move(answer->ignored),
                           answer->retry_after_s});
    else
      tell(answer.error());
  };
  caf::anon_send(to_.webhooks, std::move(m));
}

base::result<void> actor_port::triggers_changed() {
  const std::scoped_lock one_at_a_time{reloading_};
  const auto read = db("spending.rules", [zone = now_.settings->get()->time_zone](storage::session& s) -> std::any {
    return storage::spending::rules(s, zone);
  });
  if (!read)
    return read.error();
  now_.spending->set(std::any_cast<records::spending_rules>(*read));
  caf::anon_send(to_.supervisor, messages::agents_changed{});
  caf::anon_send(to_.scheduler, messages::schedules_changed{}); // it reads all anew whenever it acts
  if (const auto reloaded = telegram_changed(); !reloaded)
    return reloaded;
  return tell(to_.webhooks, messages::reload_webhooks{});
}

base::result<std::string> actor_port::queue_run(records::new_run run) {
  auto stored
    = engine::ask<messages::run_stored>(system_, to_.journal, actor_limit, messages::queue_run{std::move(run)});
  if (!stored)
    return stored.error();
  return std::move(stored->run.run_id);
}

base::result<void> actor_port::deliver(records::outbox_record row) {
  return tell(to_.outbox, messages::deliver{std::move(row)});
}

void actor_port::notify(std::string user_id, std::string title, std::string text) {
  caf::anon_send(to_.outbox, messages::notify_user{std::move(user_id), std::move(title), std::move(text), {}});
}

base::result<std::vector<messages::trigger_proof>> actor_port::liveness() {
  auto told = engine::ask<messages::liveness_told>(system_, to_.liveness, actor_limit, messages::get_liveness{});
  if (!told)
    return told.error();
  return std::move(told->triggers);
}

base::result<records::telegram_status> actor_port::telegram() {
  auto told = engine::ask<messages::telegram_told>(system_, to_.telegram, actor_limit, messages::get_telegram{});
  if (!told)
    return told.error();
  return std::move(told->status);
}

base::result<void> actor_port::telegram_changed() { return tell(to_.telegram, messages::reload_telegram{}); }

base::result<std::string> actor_port::check_telegram(base::secret token) {
  auto checked = engine::ask<messages::bot_checked>(system_, to_.telegram, std::chrono::seconds{45},
                                                    messages::check_bot{std::move(token)});
  if (!checked)
    return checked.error();
  return std::move(checked->username);
}

base::result<void> actor_port::take_telegram(base::secret secret, base::untrusted_text body) {
  return tell(to_.telegram, messages::telegram_pushed{std::move(secret), std::move(body)});
}

base::result<void> actor_port::outbox_changed() { return tell(to_.outbox, messages::reload_outbox{}); }

base::result<void> actor_port::settings_changed() {
  const std::scoped_lock one_at_a_time{reloading_};
  struct all_settings {
    config::runtime_settings settings;
    records::user_profiles profiles;
    records::spending_rules spending;
    std::vector<records::provider_settings> providers;
    std::vector<std::string> trusted_domains;
  };
  const auto read = db("settings.load", [vault = vault_](storage::session& s) -> std::any {
    all_settings out;
    out.settings = storage::load_runtime_settings(s, *vault);
    out.profiles = storage::user_settings::profiles(s, *vault);
    out.spending = storage::spending::rules(s, out.settings.time_zone);
    out.providers = storage::load_providers(s, *vault, out.settings, out.profiles);
    out.trusted_domains = storage::web_whitelist::domains(s);
    return out;
  });
  if (!read)
    return read.error();
  auto all = std::any_cast<all_settings>(*read);
  auto& fresh = all.settings;
  const auto was_paused = now_.settings->get()->paused;
  now_.profiles->set(std::move(all.profiles));
  now_.spending->set(std::move(all.spending));
  now_.trusted_domains->set(std::move(all.trusted_domains));
  caf::anon_send(to_.gateway, messages::set_providers{std::move(all.providers)});
  caf::anon_send(to_.supervisor, run_limits_of(fresh));
  caf::anon_send(to_.scheduler, messages::schedules_changed{});
  caf::anon_send(to_.journal, messages::set_journal_limits{fresh.max_queued_runs});
  const auto paused = fresh.paused;
  auto allowed = fresh.egress_allow_hosts;
  now_.settings->set(std::move(fresh));
  // Waited for: what is taken off the list may not be reached by what comes after the answer.
  if (const auto set = tell(to_.http, messages::set_allowed_hosts{std::move(allowed)}); !set)
    return set.error();
  if (const auto reloaded = outbox_changed(); !reloaded)
    return reloaded;
  if (const auto reloaded = telegram_changed(); !reloaded)
    return reloaded;
  if (paused != was_paused)
    return paused ? pause() : resume();
  return {};
}

base::result<std::vector<models::model_info>> actor_port::models() {
  auto known = engine::ask<messages::known_models>(system_, to_.gateway, actor_limit, messages::get_models{});
  if (!known)
    return known.error();
  return std::move(known->models);
}

base::result<std::vector<records::provider_state>> actor_port::providers() {
  auto known = engine::ask<messages::known_providers>(system_, to_.gateway, actor_limit, messages::get_providers{});
  if (!known)
    return known.error();
  return std::move(known->providers);
}

void actor_port::refresh_models() { caf::anon_send(to_.gateway, messages::refresh_models{}); }

base::result<topic_snapshot> actor_port::topic(std::string topic) {
  auto state
    = engine::ask<messages::topic_state>(system_, to_.hub, actor_limit, messages::get_topic_state{std::move(topic)});
  if (!state)
    return state.error();
  return topic_snapshot{std::move(state->last_event_id), std::move(state->newest_event_id),
                        base::to_json(state->partial)};
}

void actor_port::publish(std::string topic, std::string name, boost::json::value data) {
  caf::anon_send(to_.hub, messages::publish{std::move(topic), std::move(name), base::to_line(data)});
}

void actor_port::subscribe(std::string topic, std::optional<std::string> last_event_id,
                           std::shared_ptr<engine::event_queue> queue) {
  caf::anon_send(to_.hub, messages::subscribe{std::move(topic), std::move(last_event_id), std::move(queue)});
}

void actor_port::unsubscribe(std::string topic, std::shared_ptr<engine::event_queue> queue) {
  queue->close();
  caf::anon_send(to_.hub, messages::unsubscribe{std::move(topic), std::move(queue)});
}

boost::json::array actor_port::actors() {
  boost::json::array rows;
  for (const auto& row : to_.registry->rows())
    rows.push_back(base::to_json(row));
  return rows;
}

boost::json::object actor_port::message_schemas() { return messages::schemas(); }

std::string actor_port::actor_metrics() { return engine::actor_metrics_text(*to_.registry); }

base::result<void> actor_port::find_actor(std::string path) {
  if (to_.registry->find(path))
    return {};
  return base::fail(base::errc::not_found, to_.registry->none_at(path));
}

base::result<std::string> actor_port::begin_injection(std::string user_id, bool by_key,
                                                      std::vector<std::string> watch) {
  auto begun = engine::ask<messages::injection_begun>(
    system_, to_.injector, actor_limit, messages::begin_injection{std::move(user_id), by_key, std::move(watch)});
  if (!begun)
    return begun.error();
  return std::move(begun->session);
}

namespace {

base::result<injected> to_injected(base::result<messages::injection_outcome> outcome) {
  if (!outcome)
    return outcome.error();
  return injected{std::move(outcome->message), std::move(outcome->body), std::move(outcome->from)};
}

} // namespace

base::result<injected> actor_port::inject(std::string session, std::string to, std::string message,
                                          boost::json::value body) {
  return to_injected(engine::ask<messages::injection_outcome>(
    system_, to_.injector, injection_limit,
    messages::inject_message{std::move(session), std::move(to), std::move(message), std::move(body)}));
}

base::result<injected> actor_port::expect(std::string session, expectation what) {
  const auto limit = what.within + actor_limit;
  return to_injected(engine::ask<messages::injection_outcome>(
    system_, to_.injector, limit,
    messages::expect_message{std::move(session), std::move(what.message), std::move(what.from), std::move(what.to),
                             std::move(what.where), static_cast<int>(what.within.count())}));
}

void actor_port::end_injection(std::string session) {
  caf::anon_send(to_.injector, messages::end_injection{std::move(session)});
}

} // namespace http
