#include "config/time_zones.hpp"

#include <date/tz.h>

namespace config {

namespace {

/// When that day begins; a midnight that the clocks leave out is when they change, of two the first counts.
base::timestamp begin_of(date::local_days day, const date::time_zone& zone) {
  const date::local_seconds midnight{day};
  const auto info = zone.get_info(midnight);
  if (info.result == date::local_info::nonexistent)
    return base::timestamp{info.first.end.time_since_epoch()};
  return base::timestamp{midnight.time_since_epoch() - info.first.offset};
}

} // namespace

const date::time_zone* find_time_zone(std::string_view name) {
  if (name.empty() || name.size() > 64)
    return nullptr;
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

day_and_month day_and_month_of(std::string_view zone_name, base::timestamp now) {
  const auto* zone = find_time_zone(zone_name);
  if (zone == nullptr) {
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date{day};
    return {day, std::chrono::sys_days{date.year() / date.month() / 1}};
  }
  const date::sys_seconds second{std::chrono::floor<std::chrono::seconds>(now).time_since_epoch()};
  const date::local_seconds local{second.time_since_epoch() + zone->get_info(second).offset};
  const auto day = date::floor<date::days>(local);
  const date::year_month_day date{day};
  return {begin_of(day, *zone), begin_of(date::local_days{date.year() / date.month() / 1}, *zone)};
}

} // namespace config
