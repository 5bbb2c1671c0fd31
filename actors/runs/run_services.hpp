#pragma once

#include "actors/runs/known_prompts.hpp"
#include "actors/system/tree.hpp"
#include "base/clock.hpp"
#include "base/shared_value.hpp"
#include "clients/http/engine.hpp"
#include "config/runtime_settings.hpp"
#include "engine/listeners.hpp"
#include "engine/metrics.hpp"
#include "messages/db.hpp"
#include "messages/events.hpp"
#include "messages/journal.hpp"
#include "messages/outbox.hpp"
#include "messages/providers.hpp"
#include "messages/records/provider.hpp"
#include "tools/tool.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace actors {

/// What every run works with; shared by all of them.
struct run_services {
  actors::tree tree;
  messages::journal_actor journal;
  messages::db_pool_actor db;
  messages::llm_gateway_actor gateway;
  messages::blocking_pool_actor tool_pool;
  messages::event_hub_actor hub;
  std::shared_ptr<const engine::listeners> listened;
  std::shared_ptr<const tools::tool_set> tools;
  std::shared_ptr<const std::atomic<bool>> paused; ///< the kill switch; read before each model and tool call
  base::clock_ptr clock;
  /// How many runs wait for the journal to commit what they did.
  std::shared_ptr<std::atomic<std::int64_t>> committing = std::make_shared<std::atomic<std::int64_t>>(0);
  std::shared_ptr<known_prompts> prompts = std::make_shared<known_prompts>();
  std::shared_ptr<const base::shared_value<config::runtime_settings>> settings;
  std::shared_ptr<const base::shared_value<records::user_profiles>> profiles;
  std::shared_ptr<net::engine> http;                                                   ///< for tools that reach out
  std::shared_ptr<const base::shared_value<std::vector<std::string>>> trusted_domains; ///< `web_whitelist`
  /// Work for a database connection, from a tool's thread. May block, throws base::failure_error.
  std::function<std::any(std::string name, std::function<std::any(storage::session&)> work)> ask_db;
  /// Starts the agent of a webhook of this owner (empty: the system); from a tool's thread.
  std::function<boost::json::object(const std::string& endpoint_id, const std::string& owner_user_id,
                                    base::untrusted_text body)>
    fire_webhook;
  /// Stores what is to be delivered; from a tool's thread.
  std::function<void(records::outbox_record)> deliver;
  messages::outbox_actor outbox; ///< told of runs whose end is to be told
  std::shared_ptr<const std::atomic<bool>> ends_are_told; ///< some agent's runs are told to a target
  /// Reads the whitelists anew; from a tool's thread.
  std::function<void()> reload_whitelists;
  /// Where the caller's files may be. Called on a worker thread, may block, throws base::failure_error.
  std::function<std::vector<tools::allowed_folder>(const tools::caller&)> folders_of;
};

} // namespace actors
