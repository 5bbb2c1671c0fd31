#include "actors/triggers/webhooks.hpp"

#include "actors/storage/db_pool.hpp"
#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "security/crypto.hpp"
#include "storage/webhook_endpoints.hpp"

#include <spdlog/spdlog.h>

namespace actors {

namespace {

/// A content type and an idempotency key are header lines: nobody needs longer ones.
constexpr std::size_t max_header_bytes = 200;
constexpr std::size_t max_key_bytes = 256;

records::new_run run_of(const records::webhook_endpoint& endpoint, const records::run_definition& definition,
                        messages::webhook_received& m, base::timestamp now) {
  records::new_run out;
  auto& run = out.run;
  run.id = base::new_id();
  run.kind = records::run_kind::agent;
  run.agent_id = endpoint.agent_id;
  run.owner_user_id = endpoint.owner_user_id;
  run.priority = records::run_priority::autonomous;
  run.definition = definition;
  run.queued_at = now;
  run.trace_id = base::new_id();
  auto& event = out.event.emplace();
  event.id = base::new_id();
  event.source = "webhook";
  event.source_id = endpoint.id;
  event.source_name = endpoint.name;
  event.dedupe_key = m.idempotency_key.empty() ? event.id : base::to_clean_utf8(m.idempotency_key);
  event.content_type = base::to_clean_utf8(base::cut_utf8(m.content_type, max_header_bytes));
  event.body = base::untrusted_text(base::to_clean_utf8(m.body.str()));
  event.run_id = run.id;
  event.received_at = now;
  run.trigger_event_id = event.id;
  return out;
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
                   webhooks_settings settings)
  : observed(cfg, std::move(at)), db_(std::move(db)), journal_(std::move(journal)), vault_(std::move(vault)),
    clock_(std::move(clock)), settings_(settings) {}

webhooks::behavior_type webhooks::make_behavior() {
  delayed_send(this, settings_.count_every, messages::count_webhooks{});
  return {
    [this](messages::webhook_received& m) -> caf::result<messages::webhook_answer> {
      auto promise = make_response_promise<messages::webhook_answer>();
      receive(m, [promise](base::result<messages::webhook_answer> r) mutable {
        if (r)
          promise.deliver(std::move(*r));
        else
          promise.deliver(messages::to_error(r.error()));
      });
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
  messages::accept_event accept;
  accept.run = run_of(endpoint.row, endpoint.definition, m, clock_->now());
  accept.tell = [tell = std::move(tell), uncounted = endpoint.uncounted](base::result<records::queued_run> r) {
    if (!r)
      return tell(r.error());
    if (!r->duplicate)
      uncounted->fetch_add(1, std::memory_order_relaxed);
    tell(messages::webhook_answer{std::move(r->run_id), std::move(r->event_id), r->duplicate});
  };
  send(journal_, std::move(accept));
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
          slot.proof = {armed.endpoint.verify, armed.secrets, armed.endpoint.token_header.value_or("")};
          if (const auto old = by_token_.find(armed.endpoint.token); old != by_token_.end())
            slot.uncounted = old->second.uncounted;
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
