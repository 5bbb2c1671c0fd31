#pragma once

#include "base/described.hpp"
#include "base/secret.hpp"

#include <optional>
#include <string>

/// Rows of `outbox` and `webhook_targets`: what is to be delivered to the outside.
namespace records {

/// Who knows how a delivery is made.
enum class outbox_channel { webhook, telegram, push };
BOOST_DESCRIBE_ENUM(outbox_channel, webhook, telegram, push)

/// `dead`: given up; it may be sent again by hand.
enum class delivery_state { waiting, sent, dead };
BOOST_DESCRIBE_ENUM(delivery_state, waiting, sent, dead)

/// One row of `outbox`. Deliveries of a lane go out one after the other, in the order of `seq`.
struct outbox_record {
  std::int64_t seq = 0;
  std::string id; ///< the same at each try
  outbox_channel channel = outbox_channel::webhook;
  std::string lane; ///< webhook: the target's id; telegram: the chat's; push: the user's
  std::optional<std::string> owner_user_id;
  std::optional<std::string> run_id;
  boost::json::value body; ///< as the channel reads it
  delivery_state state = delivery_state::waiting;
  int attempts = 0;
  int parts_sent = 0; ///< of a delivery that goes out in several
  base::timestamp next_at{};
  base::timestamp created_at{};
  std::optional<base::timestamp> ended_at;
  std::optional<int> last_status; ///< HTTP, of the last try
  std::optional<std::string> last_error;
};
BOOST_DESCRIBE_STRUCT(outbox_record, (),
                      (seq, id, channel, lane, owner_user_id, run_id, body, state, attempts, parts_sent, next_at,
                       created_at, ended_at, last_status, last_error))

/// What became of a try.
struct outbox_mark {
  std::int64_t seq = 0;
  delivery_state state = delivery_state::waiting;
  int attempts = 0;
  int parts_sent = 0;
  base::timestamp next_at{};
  std::optional<base::timestamp> ended_at;
  std::optional<int> last_status;
  std::optional<std::string> last_error;
};
BOOST_DESCRIBE_STRUCT(outbox_mark, (), (seq, state, attempts, parts_sent, next_at, ended_at, last_status, last_error))

/// One row of `webhook_targets`.
struct webhook_target {
  std::string id;
  std::string name;
  std::string url;
  std::optional<std::string> secret_header; ///< vault, or of older programs in clear: `Name: value`
  std::optional<std::string> owner_user_id;
  bool enabled = true;
  std::optional<base::timestamp> created_at;
  std::optional<std::string> signing_secret;  ///< vault: whsec_…
  std::optional<std::string> disabled_reason; ///< why it was switched off by itself
};
BOOST_DESCRIBE_STRUCT(webhook_target, (),
                      (id, name, url, secret_header, owner_user_id, enabled, created_at, signing_secret,
                       disabled_reason))

/// Which ends of an agent's runs a target is told.
enum class told_ends { success, error, both };
BOOST_DESCRIBE_ENUM(told_ends, success, error, both)

struct agent_target {
  std::string agent_id;
  std::string target_id;
  told_ends tell = told_ends::both;
};
BOOST_DESCRIBE_STRUCT(agent_target, (), (agent_id, target_id, tell))

} // namespace records
