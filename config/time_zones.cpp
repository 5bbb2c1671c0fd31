#include "config/time_zones.hpp"

#include <date/tz.h>

namespace config {

const date::time_zone* find_time_zone(std::string_view name) {
  if (name.empty() || name.size() > 64)
    return nullptr;
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

} // namespace config
