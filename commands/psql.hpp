#pragma once

#include "config/start_settings.hpp"

#include <string>
#include <vector>

namespace commands {

enum class which_database { aide, brain };

/// Runs psql on one of the databases, beside a running server or alone; answers psql's exit code.
int psql(const config::start_settings& settings, which_database which, const std::vector<std::string>& arguments);

} // namespace commands
