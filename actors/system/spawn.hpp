#pragma once

#include "actors/runs/run_services.hpp"
#include "actors/storage/db_pool.hpp"
#include "clients/http/engine.hpp"
#include "config/runtime_settings.hpp"
#include "messages/injection.hpp"
#include "messages/liveness.hpp"
#include "messages/monitor.hpp"
#include "messages/outbox.hpp"
#include "messages/providers.hpp"
#include "messages/records/agent.hpp"
#include "messages/records/spending.hpp"
#include "messages/runs.hpp"
#include "messages/schedules.hpp"
#include "messages/telegram.hpp"
#include "messages/webhooks.hpp"
#include "security/vault.hpp"

#include <memory>
#include <string>
#include <vector>

namespace actors {

/// What the tree is built from.
struct engine_setup {
  session_factory open_aide;    ///< connections for requests
  session_factory open_intake;  ///< the journal's connection for new runs
  session_factory open_journal; ///< the journal's connection for all else that it writes
  std::shared_ptr<const security::vault> vault;
  base::clock_ptr clock;
  std::shared_ptr<engine::metrics> metrics;
  std::shared_ptr<net::engine> http;         ///< all that goes out
  std::shared_ptr<std::atomic<bool>> paused; ///< the kill switch, as net::engine holds to it
  std::shared_ptr<const base::shared_value<config::runtime_settings>> settings;  ///< in force
  std::shared_ptr<const base::shared_value<records::user_profiles>> profiles;    ///< in force
  std::shared_ptr<const base::shared_value<records::spending_rules>> spending;   ///< in force
  std::shared_ptr<base::shared_value<std::vector<std::string>>> trusted_domains; ///< `web_whitelist`
  std::vector<records::provider_settings> providers;
  messages::set_run_limits limits;
  int db_connections = 4;
  std::string users_folder;                       ///< holds a folder for each user's files
  std::vector<records::queue_count> queued;       ///< as the database has it
  std::vector<base::timestamp> autonomous_starts; ///< within the last hour, oldest first
  std::vector<records::agent_limit> agent_limits; ///< of the agents that have one
};

/// The running tree, by its fronts. They keep their address for as long as the server lives.
struct engine_tree {
  actors::tree tree;
  std::shared_ptr<engine::listeners> listened;
  messages::db_pool_actor db;
  messages::journal_actor journal;
  messages::blocking_pool_actor tool_pool;
  messages::http_client_actor http;
  messages::llm_gateway_actor gateway;
  messages::event_hub_actor hub;
  messages::monitor_actor monitor;
  messages::injector_actor injector;
  messages::run_supervisor_actor supervisor;
  messages::webhooks_actor webhooks;
  messages::outbox_actor outbox;
  messages::telegram_bot_actor telegram;
  messages::liveness_actor liveness;
  messages::scheduler_actor scheduler;
  std::vector<caf::actor> all; ///< in the order in which they are to end
};

/// Spawns every actor and gives each the handles it works with.
[[nodiscard]] engine_tree spawn_engine(caf::actor_system& system, const engine_setup& setup);

} // namespace actors
