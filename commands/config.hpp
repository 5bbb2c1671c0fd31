#pragma once

#include "config/start_settings.hpp"

namespace commands {

/// Prints every start setting with its value and source, secrets masked, then what can be set while the server runs.
int show_config(const config::sourced_settings& settings);

} // namespace commands
