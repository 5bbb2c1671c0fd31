#pragma once

#include "actors/system/worker_pool.hpp"
#include "messages/db.hpp"
#include "storage/session.hpp"

#include <functional>
#include <memory>
#include <string>
#include <type_traits>

namespace actors {

/// Makes a new connection; throws base::failure_error{unavailable}.
using session_factory = std::function<std::unique_ptr<storage::session>()>;

/// A pool of database connections, each on its own thread. A connection is made when the first job needs it, and again
/// after it broke.
[[nodiscard]] messages::db_pool_actor spawn_db_pool(caf::actor_system& system, const tree& t, std::string path,
                                                    session_factory open, worker_pool_settings settings = {});

/// The job for a function of the session; its result comes back in db_result::value.
template <class F>
[[nodiscard]] messages::db_job make_job(std::string name, F work) {
  return {std::move(name), [work = std::move(work)](storage::session& s) -> std::any {
            if constexpr (std::is_void_v<std::invoke_result_t<const F&, storage::session&>>) {
              work(s);
              return {};
            } else {
              return work(s);
            }
          }};
}

} // namespace actors
