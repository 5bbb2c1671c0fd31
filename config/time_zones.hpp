#pragma once

#include "base/clock.hpp"

#include <string_view>

namespace date {
class time_zone;
}

namespace config {

/// The zone of this IANA name (`Europe/Berlin`, `UTC`), as the machine's tzdata has it; null: there is none. It lives as
/// long as the program; any thread.
[[nodiscard]] const date::time_zone* find_time_zone(std::string_view name);

/// When the day and the month began in which `now` lies.
struct day_and_month {
  base::timestamp day{};
  base::timestamp month{};
};
/// By the clocks of that zone; UTC's where there is no such zone.
[[nodiscard]] day_and_month day_and_month_of(std::string_view zone, base::timestamp now);

} // namespace config
