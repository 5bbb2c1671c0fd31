#pragma once

#include "base/clock.hpp"
#include "storage/embedded_migrations.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace storage {

class session;

/// What the migrator must know about a database beside its migrations.
struct migration_plan {
  std::string_view database;                      ///< `aide` or `brain`, for sentences
  std::span<const embedded_migration> migrations; ///< ascending, without gaps
  int adopted_until = 0; ///< the last number that other programs wrote too: 28 in aide, 1 in brain
};
[[nodiscard]] migration_plan aide_plan();
[[nodiscard]] migration_plan brain_plan();

struct migration_report {
  std::vector<std::string> applied; ///< `0029_runs`; for a dry run: what would be
  bool adopted = false;             ///< the database was there before us
};

enum class migration_mode { apply, dry_run };

/// Brings the database to the newest number: each migration in its own transaction, one migrator at a time (advisory
/// lock). Throws config::start_failure (database, schema_newer) before anything is changed: a newer number, an unknown
/// name, an edited file, a database of another program, a v28 database whose columns differ (each difference is named).
migration_report migrate(session& s, const migration_plan& plan, const base::clock& clock, migration_mode mode);

/// Throws as migrate does when this program must not touch the database; changes nothing. Whether it has every migration.
[[nodiscard]] bool is_current(session& s, const migration_plan& plan);

/// What `schema_migrations` and the tables say, without changing anything; throws as migrate does.
void check_migrations(session& s, const migration_plan& plan);

} // namespace storage
