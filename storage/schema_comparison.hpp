#pragma once

#include "storage/migrator.hpp"

#include <string>
#include <vector>

namespace storage {

/// How an existing database differs from what the migrations up to `adopted_until` give.
struct schema_differences {
  std::vector<std::string> fatal;    ///< a table or column is missing, of another type, or takes less than it should
  std::vector<std::string> harmless; ///< more than expected, another default
};

/// Compares table by table and column by column; changes nothing.
[[nodiscard]] schema_differences differences_from(session& s, const migration_plan& plan);

} // namespace storage
