#pragma once

#include "messages/records/agent.hpp"

namespace records {

/// How a sender proves that a delivery is his.
enum class webhook_scheme {
  none,     ///< whoever knows the address may send
  github,   ///< `X-Hub-Signature-256: sha256=HEX`, HMAC-SHA-256 of the body
  standard, ///< Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,BASE64 …`
  stripe,   ///< `Stripe-Signature: t=SECONDS,v1=HEX`, HMAC-SHA-256 of "SECONDS.body"
  token     ///< a header that holds the secret itself
};
BOOST_DESCRIBE_ENUM(webhook_scheme, none, github, standard, stripe, token)

/// One row of `webhook_endpoints`.
struct webhook_endpoint {
  std::string id;
  std::string name;
  std::string token; ///< 256 random bits; appears in no log
  std::optional<std::string> agent_id;
  std::optional<std::string> owner_user_id;
  bool allow_get = false;
  bool enabled = true;
  std::int64_t trigger_count = 0;
  std::optional<base::timestamp> last_triggered_at;
  std::optional<base::timestamp> created_at;
  webhook_scheme verify = webhook_scheme::none;
  std::optional<std::string> token_header; ///< scheme token: which one holds the secret
  std::optional<std::string> secrets_enc;  ///< vault: a JSON list, the newest first
  std::optional<std::string>
    prompt_template;                 ///< base::json_template on {body, query, headers}; empty: the whole delivery
  std::optional<std::string> filter; ///< base::json_filter on the same; empty: every delivery counts
  int rate_per_minute = 0;           ///< deliveries that are taken; 0 = no limit
};
BOOST_DESCRIBE_STRUCT(webhook_endpoint, (),
                      (id, name, token, agent_id, owner_user_id, allow_get, enabled, trigger_count, last_triggered_at,
                       created_at, verify, token_header, secrets_enc, prompt_template, filter, rate_per_minute))

/// An endpoint that can fire, with what it fires.
struct armed_webhook {
  webhook_endpoint endpoint;
  agent_record agent;
  std::vector<base::secret> secrets; ///< the newest first; none where they cannot be decrypted
};

} // namespace records
