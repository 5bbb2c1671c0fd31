#include "actors/triggers/liveness.hpp"

#include "clients/http/transfer.hpp"
#include "messages/errors.hpp"

#include <spdlog/spdlog.h>

namespace actors {

liveness::liveness(caf::actor_config& cfg, engine::place at, messages::http_client_actor http,
                   messages::telegram_bot_actor telegram, messages::outbox_actor outbox,
                   std::shared_ptr<const base::shared_value<records::user_profiles>> profiles, base::secret probe_token,
                   base::clock_ptr clock, liveness_settings settings)
  : observed(cfg, std::move(at)), http_(std::move(http)), telegram_(std::move(telegram)), outbox_(std::move(outbox)),
    profiles_(std::move(profiles)), probe_token_(std::move(probe_token)), clock_(std::move(clock)),
    settings_(settings) {}

liveness::behavior_type liveness::make_behavior() {
  delayed_send(this, settings_.probe_every, messages::probe_triggers{});
  return {
    [this](messages::probe_at& m) {
      url_ = std::move(m.url);
      probe();
    },
    [this](messages::probe_triggers) {
      probe();
      delayed_send(this, settings_.probe_every, messages::probe_triggers{});
    },
    [this](messages::get_liveness) {
      messages::liveness_told out;
      for (const auto& [trigger, proof] : proofs_)
        out.triggers.push_back(proof);
      return out;
    },
  };
}

void liveness::on_exit() {
  destroy(http_);
  destroy(telegram_);
  destroy(outbox_);
}

void liveness::restarted() {
  proofs_.clear();
  delayed_send(this, settings_.probe_every, messages::probe_triggers{});
}

void liveness::probe() {
  probe_webhooks();
  probe_telegram();
}

void liveness::probe_webhooks() {
  if (url_.empty())
    return;
  net::request probe;
  probe.trust = net::trust::provider; // our own address
  probe.method = "POST";
  probe.url = url_ + "/webhook/" + std::string(probe_token_.reveal());
  probe.headers = {{"Content-Type", "application/json"}};
  probe.body = "{}";
  probe.bounds.connect = probe.bounds.first_byte = probe.bounds.idle = probe.bounds.total = std::chrono::seconds{10};
  request(http_, caf::infinite, messages::fetch_http{std::make_shared<const net::request>(std::move(probe))})
    .then(
      [this](const messages::http_answer& m) {
        const auto& response = *m.response;
        if (response.outcome.fault == net::fault::none && response.head.status == 202)
          proven("webhooks", clock_->now());
        else
          doubted("webhooks", response.outcome.fault != net::fault::none
                                ? "A delivery to ourselves found no way: " + response.outcome.message
                                : "A delivery to ourselves was answered " + std::to_string(response.head.status) + ".");
      },
      [this](const caf::error& e) { doubted("webhooks", messages::to_failure(e).message); });
}

void liveness::probe_telegram() {
  request(telegram_, std::chrono::seconds{10}, messages::get_telegram{})
    .then(
      [this](const messages::telegram_told& m) {
        const auto& now = m.status;
        if (now.state == records::telegram_state::off)
          proofs_.erase("telegram");
        else if (now.state == records::telegram_state::on && now.alive_at
                 && clock_->now() - *now.alive_at < settings_.alarm_after)
          proven("telegram", *now.alive_at);
        else if (now.state != records::telegram_state::connecting || proofs_.contains("telegram"))
          doubted("telegram", now.detail.empty() ? "Telegram has not answered for a minute." : now.detail);
      },
      [this](const caf::error& e) { doubted("telegram", messages::to_failure(e).message); });
}

void liveness::proven(const std::string& trigger, base::timestamp at) {
  auto& proof = proofs_[trigger];
  proof.trigger = trigger;
  proof.proven_at = at;
  if (proof.alarm) {
    spdlog::info("trigger_proven_again trigger={}", trigger);
    tell("oAI-Web: " + trigger + " work again", "They are proven alive again.",
         "proven " + trigger + ' ' + base::to_iso8601(*proof.doubt_since));
  }
  proof.doubt_since.reset();
  proof.why.clear();
  proof.alarm = false;
}

void liveness::doubted(const std::string& trigger, std::string why) {
  auto& proof = proofs_[trigger];
  const auto now = clock_->now();
  proof.trigger = trigger;
  if (!proof.doubt_since)
    proof.doubt_since = now;
  proof.why = std::move(why);
  if (proof.alarm || now - *proof.doubt_since < settings_.alarm_after)
    return;
  proof.alarm = true;
  spdlog::error("trigger_in_doubt trigger={} reason=\"{}\"", trigger, proof.why);
  tell("oAI-Web: " + trigger + " may not work", proof.why,
       "doubt " + trigger + ' ' + base::to_iso8601(*proof.doubt_since));
}

void liveness::tell(const std::string& title, const std::string& text, const std::string& key) {
  for (const auto& [id, profile] : *profiles_->get())
    if (profile.is_active && profile.role == records::user_role::admin)
      send(outbox_, messages::notify_user{id, title, text, key});
}

} // namespace actors
