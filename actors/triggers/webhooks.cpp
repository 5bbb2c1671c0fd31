#include "actors/triggers/webhooks.hpp"

#include "actors/storage/db_pool.hpp"
#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "messages/records/webhook_content.hpp"
#include "security/crypto.hpp"
#include "storage/session.hpp"
#include "storage/trigger_events.hpp"
#include "storage/webhook_endpoints.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>

namespace actors {

namespace {

/// A content type and an idempotency key are header lines: nobody needs longer ones.
constexpr std::size_t max_header_bytes = 200;
constexpr std::size_t max_key_bytes = 256;
constexpr std::size_t max_value_bytes = std::size_t{64} * 1024; ///< of one field in a run's input

records::trigger_event event_of(const records::webhook_endpoint& endpoint, messages::webhook_received& m,
                                base::timestamp now) {
  records::trigger_event event;
  event.id = base::new_id();
  event.source = "webhook";
  event.source_id = endpoint.id;
  event.source_name = endpoint.name;
  event.dedupe_key = m.idempotency_key.empty() ? event.id : base::to_clean_utf8(m.idempotency_key);
  event.content_type = base::to_clean_utf8(base::cut_utf8(m.content_type, max_header_bytes));
  event.body = base::untrusted_text(base::to_clean_utf8(m.body.str()));
  boost::json::object request;
  if (!m.query.empty())
    request.emplace("query", records::read_form(m.query.str()));
  if (auto headers = records::kept_headers(m.headers, endpoint.token_header.value_or("")); !headers.empty())
    request.emplace("headers", std::move(headers));
  if (!request.empty())
    event.request = boost::json::serialize(request);
  event.received_at = now;
  return event;
}

records::new_run run_of(const records::webhook_endpoint& endpoint, const records::run_definition& definition,
                        records::trigger_event event) {
  records::new_run out;
  auto& run = out.run;
  run.id = base::new_id();
  run.kind = records::run_kind::agent;
  run.agent_id = endpoint.agent_id;
  run.owner_user_id = endpoint.owner_user_id;
  run.priority = records::run_priority::autonomous;
  run.definition = definition;
  run.queued_at = event.received_at;
  run.trace_id = base::new_id();
  run.trigger_event_id = event.id;
  event.run_id = run.id;
  out.event = std::move(event);
  return out;
}

/// Refuses a body that is not what its type says. Fields of a multipart form become JSON, as the sender makes a new
/// boundary for each try.
base::result<void> read_body(messages::webhook_received& m) {
  const auto content = records::read_content(m.content_type, m.body.str());
  if (!content)
    return content.error();
  if (records::is_multipart(m.content_type)) {
    m.body = base::untrusted_text(boost::json::serialize(*content));
    m.content_type = "application/json; from=multipart/form-data";
  }
  return {};
}

template <class T>
std::optional<T> parsed_rule(const std::optional<std::string>& text, std::string_view endpoint_id) {
  if (!text || text->empty())
    return std::nullopt;
  auto out = T::parse(*text);
  if (auto* rule = std::get_if<T>(&out))
    return std::move(*rule);
  spdlog::error("webhook_rule_unreadable endpoint={} reason=\"{}\"", endpoint_id,
                base::describe(std::get<base::syntax_error>(out), *text));
  return std::nullopt;
}

/// Seconds until one more may come; 0: now, and it is counted.
std::int64_t seconds_to_wait(int per_minute, double& allowance, base::timestamp& since, base::timestamp now) {
  if (per_minute <= 0)
    return 0;
  const auto minutes = std::chrono::duration<double, std::ratio<60>>(now - since).count();
  since = now;
  allowance = std::clamp(allowance + minutes * per_minute, 0.0, static_cast<double>(per_minute));
  if (allowance >= 1) {
    allowance -= 1;
    return 0;
  }
  return static_cast<std::int64_t>(std::ceil((1 - allowance) * 60 / per_minute));
}

/// Also sets the key by which a delivery that is sent again is known, where what was signed has one.
std::optional<std::string> reason_against(const ::webhooks::proof& proof, messages::webhook_received& m,
                                          base::timestamp now) {
  const auto header = [&](std::string_view name) {
    const auto at = m.headers.find(std::string(name));
    return at == m.headers.end() ? std::string_view{} : at->second.reveal();
  };
  if (auto reason = ::webhooks::reason_against_delivery(proof, m.body.str(), header, now))
    return reason;
  if (proof.scheme == records::webhook_scheme::standard)
    m.idempotency_key = header("webhook-id");
  else if (proof.scheme == records::webhook_scheme::stripe)
    m.idempotency_key = "signature:" + security::sha256_hex(header("stripe-signature"));
  return std::nullopt;
}

} // namespace

webhooks::webhooks(caf::actor_config& cfg, engine::place at, messages::db_pool_actor db,
                   messages::journal_actor journal, std::shared_ptr<const security::vault> vault, base::clock_ptr clock,
                   base::secret probe_token, webhooks_settings settings)
  : observed(cfg, std::move(at)), db_(std::move(db)), journal_(std::move(journal)), vault_(std::move(vault)),
    clock_(std::move(clock)), probe_token_(std::move(probe_token)), settings_(settings) {}

namespace {

auto answer_to(caf::typed_response_promise<messages::webhook_answer> promise) {
  return [promise](base::result<messages::webhook_answer> r) mutable {
    if (r)
      promise.deliver(std::move(*r));
    else
      promise.deliver(messages::to_error(r.error()));
  };
}

} // namespace

webhooks::behavior_type webhooks::make_behavior() {
  delayed_send(this, settings_.count_every, messages::count_webhooks{});
  return {
    [this](messages::webhook_received& m) -> caf::result<messages::webhook_answer> {
      auto promise = make_response_promise<messages::webhook_answer>();
      receive(m, answer_to(promise));
      return promise;
    },
    [this](messages::fire_webhook& m) -> caf::result<messages::webhook_answer> {
      auto promise = make_response_promise<messages::webhook_answer>();
      fire(m, answer_to(promise));
      return promise;
    },
    [this](messages::webhook_delivery& m) { receive(m.received, std::move(m.tell)); },
    [this](messages::reload_webhooks) { return reload(); },
    [this](messages::count_webhooks) {
      write_counts();
      delayed_send(this, settings_.count_every, messages::count_webhooks{});
    },
  };
}

void webhooks::on_exit() {
  destroy(db_);
  destroy(journal_);
}

void webhooks::restarted() {
  delayed_send(this, settings_.count_every, messages::count_webhooks{});
  caf::anon_send(this, messages::reload_webhooks{});
}

void webhooks::receive(messages::webhook_received& m, reply tell) {
  const auto at = by_token_.find(m.token.reveal());
  if (at == by_token_.end() && !probe_token_.empty()
      && security::constant_time_equal(probe_token_.reveal(), m.token.reveal()))
    return answer_probe(std::move(tell));
  if (at == by_token_.end())
    return tell(base::fail(base::errc::not_found, "There is no such webhook."));
  auto& endpoint = at->second;
  if (m.get && !endpoint.row.allow_get)
    return tell(base::fail(base::errc::unsupported, "This webhook takes POST only."));
  if (auto reason = reason_against(endpoint.proof, m, clock_->now())) {
    spdlog::warn("webhook_refused endpoint={} reason=\"{}\"", endpoint.row.id, *reason);
    return tell(base::fail(base::errc::denied, std::move(*reason)));
  }
  if (m.idempotency_key.size() > max_key_bytes)
    return tell(base::fail(base::errc::invalid, "Idempotency-Key must be at most 256 bytes."));
  if (base::to_clean_utf8(m.idempotency_key) != m.idempotency_key) // two of them would become one
    return tell(base::fail(base::errc::invalid, "Idempotency-Key must be text in UTF-8."));
  take(endpoint, m, std::move(tell));
}

/// All the way to the database, and no further.
void webhooks::answer_probe(reply tell) {
  request(db_, std::chrono::seconds{8}, make_job("webhooks.probe", [](storage::session& s) { s.exec("SELECT 1"); }))
    .then(
      [tell](const messages::db_result&) {
        tell(messages::webhook_answer{{}, {}, false, "a probe", 0});
      },
      [tell](const caf::error& e) { tell(messages::to_failure(e)); });
}

void webhooks::fire(messages::fire_webhook& m, reply tell) {
  const auto at = std::ranges::find_if(by_token_, [&](const auto& item) {
    return item.second.row.id == m.endpoint_id && item.second.row.owner_user_id.value_or("") == m.owner_user_id;
  });
  if (at == by_token_.end())
    return tell(base::fail(base::errc::not_found, "There is no such webhook, or it is switched off."));
  messages::webhook_received received;
  received.content_type = "application/json";
  received.body = std::move(m.body);
  take(at->second, received, std::move(tell));
}

/// What a sender who may send has sent.
void webhooks::take(endpoint& endpoint, messages::webhook_received& m, reply tell) {
  if (const auto wait
      = seconds_to_wait(endpoint.row.rate_per_minute, endpoint.allowance, endpoint.allowance_at, clock_->now());
      wait > 0)
    return tell(messages::webhook_answer{{}, {}, false, {}, wait});
  if (const auto read = read_body(m); !read)
    return tell(read.error());
  auto event = event_of(endpoint.row, m, clock_->now());
  base::trusted_text message;
  if (endpoint.filter || endpoint.prompt) {
    const auto document = records::document_of(event);
    if (endpoint.filter && !endpoint.filter->matches(document))
      return ignore(std::move(event), "the filter does not match", std::move(tell));
    if (endpoint.prompt) {
      auto rendered = endpoint.prompt->render(document, max_value_bytes);
      message = std::move(rendered.text);
      event.input = std::move(rendered.values);
    }
  }
  messages::accept_event accept;
  accept.run = run_of(endpoint.row, endpoint.definition, std::move(event));
  accept.run.run.message = message.str();
  accept.tell = [tell = std::move(tell), uncounted = endpoint.uncounted](base::result<records::queued_run> r) {
    if (!r)
      return tell(r.error());
    if (!r->duplicate)
      uncounted->fetch_add(1, std::memory_order_relaxed);
    messages::webhook_answer answer{std::move(r->run_id), std::move(r->event_id), r->duplicate};
    if (answer.run_id.empty())
      answer.ignored = "it came before and was ignored";
    tell(std::move(answer));
  };
  send(journal_, std::move(accept));
}

/// Stores an event that no run comes of.
void webhooks::ignore(records::trigger_event event, std::string why, reply tell) {
  messages::webhook_answer answer{{}, event.id, false, why};
  event.outcome = "ignored: " + why;
  request(db_, caf::infinite,
          make_job("trigger_events.find_key",
                   [event](storage::session& s) { return storage::trigger_events::find_key(s, event); }))
    .then(
      [this, event, answer, tell](const messages::db_result& r) mutable {
        const auto& first = std::any_cast<const std::optional<storage::trigger_events::known>&>(r.value);
        if (first && !first->same_body)
          return tell(base::fail(base::errc::conflict, "This id came before, with another body."));
        if (first)
          return tell(
            messages::webhook_answer{first->run_id.value_or(""), first->id, true, first->run_id ? "" : answer.ignored});
        request(journal_, caf::infinite, messages::store_event{std::move(event)})
          .then([answer, tell](messages::done) { tell(answer); },
                [tell](const caf::error& e) { tell(messages::to_failure(e)); });
      },
      [tell](const caf::error& e) { tell(messages::to_failure(e)); });
}

caf::result<messages::done> webhooks::reload() {
  write_counts();
  auto done = make_response_promise<messages::done>();
  request(db_, caf::infinite,
          make_job("webhooks.load",
                   [vault = vault_](storage::session& s) { return storage::webhook_endpoints::load_all(s, *vault); }))
    .then(
      [this, done](const messages::db_result& r) mutable {
        endpoints fresh;
        for (const auto& armed : std::any_cast<const std::vector<records::armed_webhook>&>(r.value)) {
          auto& slot = fresh[armed.endpoint.token];
          slot.row = armed.endpoint;
          slot.definition = records::definition_of(armed.agent);
          slot.filter = parsed_rule<base::json_filter>(armed.endpoint.filter, armed.endpoint.id);
          slot.prompt = parsed_rule<base::json_template>(armed.endpoint.prompt_template, armed.endpoint.id);
          slot.allowance = armed.endpoint.rate_per_minute;
          slot.allowance_at = clock_->now();
          slot.proof = {armed.endpoint.verify, armed.secrets, armed.endpoint.token_header.value_or("")};
          if (const auto old = by_token_.find(armed.endpoint.token); old != by_token_.end()) {
            slot.uncounted = old->second.uncounted;
            if (slot.row.rate_per_minute == old->second.row.rate_per_minute) {
              slot.allowance = old->second.allowance;
              slot.allowance_at = old->second.allowance_at;
            }
          }
        }
        by_token_ = std::move(fresh);
        done.deliver(messages::done{});
      },
      [done](caf::error& e) mutable {
        spdlog::error("webhooks_not_loaded error={}", messages::to_failure(e).message);
        done.deliver(std::move(e));
      });
  return done;
}

void webhooks::write_counts() {
  std::vector<std::pair<std::string, std::int64_t>> counts;
  for (auto& [token, endpoint] : by_token_)
    if (const auto count = endpoint.uncounted->exchange(0, std::memory_order_relaxed); count > 0)
      counts.emplace_back(endpoint.row.id, count);
  if (counts.empty())
    return;
  request(db_, caf::infinite,
          make_job("webhooks.count",
                   [counts, now = clock_->now()](storage::session& s) {
                     storage::webhook_endpoints::count_triggers(s, counts, now);
                   }))
    .then([](const messages::db_result&) {},
          [](const caf::error& e) { spdlog::warn("webhooks_not_counted error={}", messages::to_failure(e).message); });
}

} // namespace actors
