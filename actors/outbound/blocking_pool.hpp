#pragma once

#include "actors/system/worker_pool.hpp"
#include "messages/db.hpp"

namespace actors {

/// Threads for work that may block: tools, and whatever else must not hold up a scheduler thread.
[[nodiscard]] messages::blocking_pool_actor spawn_blocking_pool(caf::actor_system& system, const tree& t,
                                                                std::string path, worker_pool_settings settings);

} // namespace actors
