#pragma once

#include "config/start_settings.hpp"

namespace commands {

enum class migrate_how { apply, rehearse };

/// Brings both databases to this program's schema, or says what that would do; prints one line for each migration.
int migrate(const config::start_settings& settings, migrate_how how);

} // namespace commands
