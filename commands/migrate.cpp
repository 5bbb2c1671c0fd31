#include "commands/migrate.hpp"

#include "storage/open_databases.hpp"

#include <iostream>

namespace commands {

int migrate(const config::start_settings& settings, migrate_how how) {
  const auto clock = base::system_clock();
  const bool apply = how == migrate_how::apply;
  const auto names
    = apply ? storage::open_databases(settings, *clock).migrated : storage::rehearse_migrations(settings, *clock);
  for (const auto& name : names)
    std::cout << (apply ? "applied " : "would apply ") << name << '\n';
  if (names.empty())
    std::cout << "nothing to do\n";
  return 0;
}

} // namespace commands
