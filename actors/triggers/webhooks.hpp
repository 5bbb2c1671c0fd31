#pragma once

#include "actors/system/tree.hpp"
#include "base/clock.hpp"
#include "base/json_filter.hpp"
#include "base/json_template.hpp"
#include "clients/webhooks/signature.hpp"
#include "messages/db.hpp"
#include "messages/journal.hpp"
#include "messages/records/webhook.hpp"
#include "messages/webhooks.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace security {
class vault;
}

namespace actors {

struct webhooks_settings {
  std::chrono::milliseconds count_every{1000}; ///< how often trigger_count goes to the database
};

/// Knows every endpoint that can fire. Turns a delivery into a trigger event and a queued run, which the journal commits
/// together; the answer comes after the commit.
class webhooks : public engine::observed<messages::webhooks_actor::base> {
public:
  webhooks(caf::actor_config& cfg, engine::place at, messages::db_pool_actor db, messages::journal_actor journal,
           std::shared_ptr<const security::vault> vault, base::clock_ptr clock, base::secret probe_token = {},
           webhooks_settings settings = {});
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  using reply = std::function<void(base::result<messages::webhook_answer>)>;
  struct endpoint {
    records::webhook_endpoint row;
    records::run_definition definition;
    ::webhooks::proof proof;
    std::optional<base::json_filter> filter;
    std::optional<base::json_template> prompt;
    double allowance = 0; ///< deliveries that may come at once; at most what a minute may have
    base::timestamp allowance_at{};
    /// Committed deliveries that trigger_count does not hold yet; the journal counts up when it tells of a commit.
    std::shared_ptr<std::atomic<std::int64_t>> uncounted = std::make_shared<std::atomic<std::int64_t>>(0);
  };

  /// Found by a view of the token, so that it is not copied.
  struct hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using endpoints = std::unordered_map<std::string, endpoint, hash, std::equal_to<>>;

  void restarted() override;
  void receive(messages::webhook_received& m, reply tell);
  void answer_probe(reply tell);
  void fire(messages::fire_webhook& m, reply tell);
  void take(endpoint& endpoint, messages::webhook_received& m, reply tell);
  void ignore(records::trigger_event event, std::string why, reply tell);
  caf::result<messages::done> reload();
  void write_counts();

  messages::db_pool_actor db_;
  messages::journal_actor journal_;
  std::shared_ptr<const security::vault> vault_;
  base::clock_ptr clock_;
  base::secret probe_token_; ///< a delivery of ours that starts nothing
  webhooks_settings settings_;
  endpoints by_token_;
};

} // namespace actors
