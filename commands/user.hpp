#pragma once

#include "config/start_settings.hpp"

#include <string>

namespace commands {

/// Gives the user a new password, asked for on the terminal or read as the first line of standard input, and signs him out
/// everywhere: for an admin who locked himself out. Works beside a running server.
int reset_password(const config::start_settings& settings, const std::string& username);

} // namespace commands
