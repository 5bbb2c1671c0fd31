#pragma once

#include "config/start_settings.hpp"

namespace config {

/// Sets spdlog's default logger: to standard error, one line each, with this level and form. Standard output stays free
/// for the line `listening on …`.
void start_logging(const start_settings& settings);

} // namespace config
