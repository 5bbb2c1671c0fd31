#pragma once

#include "actors/system/tree.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"
#include "base/shared_value.hpp"
#include "messages/http.hpp"
#include "messages/liveness.hpp"
#include "messages/outbox.hpp"
#include "messages/records/provider.hpp"
#include "messages/telegram.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace actors {

struct liveness_settings {
  std::chrono::seconds probe_every{15};
  std::chrono::seconds alarm_after{60}; ///< of doubt
};

/// Proves that triggers can come in: webhooks by a delivery to ourselves over HTTP, which goes the whole way to the database
/// but starts nothing; Telegram by when it answered last. What cannot be proved for a minute is an alarm: shown, and told
/// once to every administrator's devices; it ends by itself.
class liveness : public engine::observed<messages::liveness_actor::base> {
public:
  liveness(caf::actor_config& cfg, engine::place at, messages::http_client_actor http,
           messages::telegram_bot_actor telegram, messages::outbox_actor outbox,
           std::shared_ptr<const base::shared_value<records::user_profiles>> profiles, base::secret probe_token,
           base::clock_ptr clock, liveness_settings settings = {});
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  void restarted() override;
  void probe();
  void probe_webhooks();
  void probe_telegram();
  void proven(const std::string& trigger, base::timestamp at);
  void doubted(const std::string& trigger, std::string why);
  void tell(const std::string& title, const std::string& text, const std::string& key);

  messages::http_client_actor http_;
  messages::telegram_bot_actor telegram_;
  messages::outbox_actor outbox_;
  std::shared_ptr<const base::shared_value<records::user_profiles>> profiles_;
  base::secret probe_token_;
  base::clock_ptr clock_;
  liveness_settings settings_;
  std::string url_; ///< empty: it does not listen yet
  std::map<std::string, messages::trigger_proof> proofs_;
};

} // namespace actors
