#pragma once

#include <span>
#include <string_view>

namespace storage {

/// One file of migrations/aide or migrations/brain, as it was when the program was built.
struct embedded_migration {
  int number;            ///< from the file's name: 29 for `0029_runs.sql`
  std::string_view name; ///< from the file's name: `runs` for `0029_runs.sql`
  std::string_view sql;  ///< the file's bytes, unchanged
};

/// The migrations of a database, in ascending order of their numbers.
[[nodiscard]] std::span<const embedded_migration> aide_migrations();
[[nodiscard]] std::span<const embedded_migration> brain_migrations();

} // namespace storage
