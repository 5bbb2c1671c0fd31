#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "config/start_settings.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace security {
class vault;
}

namespace storage {

class private_cluster;

/// Both databases, ready: reachable, migrated, the vault open.
struct opened_databases {
  base::secret aide;  ///< conninfo for session
  base::secret brain; ///< conninfo for session
  std::shared_ptr<const security::vault> vault;
  std::shared_ptr<private_cluster> cluster; ///< empty: existing servers. PostgreSQL stops with its last holder
  std::shared_ptr<void> data_dir_lock;      ///< no second server works in this data directory while it is held
  std::vector<std::string> enter_again;     ///< credentials of a taken-over database that cannot be decrypted
  std::vector<std::string> migrated;        ///< `aide 0029_runs`, for the log
};

/// Takes the data directory for this process (a second server is refused), starts the private cluster or checks the given
/// servers, migrates, opens the vault. Throws config::start_failure; what was there before is then unchanged.
/// Call it from a thread that lives as long as the server: the private PostgreSQL ends with that thread.
/// `aide_is_there` gets the conninfo as soon as that database can be reached, so that the caller may connect meanwhile;
/// whether the database may be touched is known only at the end. `take_the_lead` is called when all that was seen is in
/// order and before anything is written or migrated; it comes back when this process may do so, and answers whether it had
/// to wait: what was seen is then looked at again.
[[nodiscard]] opened_databases open_databases(const config::start_settings& settings, const base::clock& clock,
                                              const std::function<void(const base::secret&)>& aide_is_there = {},
                                              const std::function<bool()>& take_the_lead = {});

/// What open_databases would migrate (`aide 0029_runs`); rolled back.
[[nodiscard]] std::vector<std::string> rehearse_migrations(const config::start_settings& settings,
                                                           const base::clock& clock);

/// For commands beside a running server: as open_databases, but a cluster that is running already is used as it is, and
/// nothing is migrated.
[[nodiscard]] opened_databases join_databases(const config::start_settings& settings, const base::clock& clock);

} // namespace storage
