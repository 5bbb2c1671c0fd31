#pragma once

#include "base/errc.hpp"
#include "messages/common.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <functional>
#include <map>
#include <string>

namespace messages {

/// A delivery at `/webhook/{token}`. Sent by the front and by scripts.
struct webhook_received {
  base::secret token; ///< who knows it may start the agent: it stands in no log, recording or audit row
  std::string content_type;
  base::untrusted_text body;                   ///< as sent
  std::string idempotency_key;                 ///< empty: each delivery is its own
  bool get = false;                            ///< by GET, which an endpoint must allow
  std::map<std::string, base::secret> headers; ///< by name in small letters; one may hold a secret: they print as ***
  base::untrusted_text query;                  ///< as sent, without `?`

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[] = {{.name = "token", .required = true, .min = 1, .max = 200}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(webhook_received, (), (token, content_type, body, idempotency_key, get, headers, query))

/// What the sender is told.
struct webhook_answer {
  std::string run_id; ///< empty: none came of it
  std::string event_id;
  bool duplicate = false;
  std::string ignored = {};       ///< why no run came of it
  std::int64_t retry_after_s = 0; ///< over the endpoint's rate: nothing was stored, and so long nothing will be taken
};
BOOST_DESCRIBE_STRUCT(webhook_answer, (), (run_id, event_id, duplicate, ignored, retry_after_s))

/// The same delivery from a thread outside the actors: `tell` is called once and must not block.
struct webhook_delivery {
  webhook_received received;
  std::function<void(base::result<webhook_answer>)> tell;
};

/// A run starts the agent of a webhook: no signature, the same rules.
struct fire_webhook {
  std::string endpoint_id;
  std::string owner_user_id; ///< of both; empty: the system
  base::untrusted_text body; ///< JSON
};
BOOST_DESCRIBE_STRUCT(fire_webhook, (), (endpoint_id, owner_user_id, body))

/// Endpoints or their agents changed in the database.
struct reload_webhooks {};
BOOST_DESCRIBE_STRUCT(reload_webhooks, (), ())

/// The actor's own tick: trigger_count goes to the database.
struct count_webhooks {};
BOOST_DESCRIBE_STRUCT(count_webhooks, (), ())

using webhooks_actor = caf::typed_actor<
  /// Committed, or over the rate. not_found: unknown or disabled token, or its agent is gone; unsupported: GET is not
  /// allowed there; denied: the sender has not proved himself; conflict: its id came before, with another body;
  /// overloaded: the owner's queue is full; invalid; unavailable.
  caf::replies_to<webhook_received>::with<webhook_answer>,
  /// As webhook_received. not_found: not there, not the owner's, or it cannot fire.
  caf::replies_to<fire_webhook>::with<webhook_answer>,
  /// The same by callback.
  caf::reacts_to<webhook_delivery>,
  /// Answered when the new state is in force.
  caf::replies_to<reload_webhooks>::with<done>, caf::reacts_to<count_webhooks>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(webhook_messages, first_custom_type_id + 300)
CAF_ADD_TYPE_ID(webhook_messages, (messages::webhook_received))
CAF_ADD_TYPE_ID(webhook_messages, (messages::webhook_answer))
CAF_ADD_TYPE_ID(webhook_messages, (messages::webhook_delivery))
CAF_ADD_TYPE_ID(webhook_messages, (messages::fire_webhook))
CAF_ADD_TYPE_ID(webhook_messages, (messages::reload_webhooks))
CAF_ADD_TYPE_ID(webhook_messages, (messages::count_webhooks))
CAF_END_TYPE_ID_BLOCK(webhook_messages)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::webhook_delivery)
