#pragma once

#include "config/start_settings.hpp"

namespace commands {

/// Runs the server until SIGTERM or SIGINT; answers the exit code. Prints `listening on http://HOST:PORT`.
int serve(const config::sourced_settings& sourced);

} // namespace commands
