#pragma once

#include "messages/records/agent.hpp"

namespace records {

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
};
BOOST_DESCRIBE_STRUCT(webhook_endpoint, (),
                      (id, name, token, agent_id, owner_user_id, allow_get, enabled, trigger_count, last_triggered_at,
                       created_at))

/// An endpoint that can fire, with what it fires.
struct armed_webhook {
  webhook_endpoint endpoint;
  agent_record agent;
};
BOOST_DESCRIBE_STRUCT(armed_webhook, (), (endpoint, agent))

} // namespace records
