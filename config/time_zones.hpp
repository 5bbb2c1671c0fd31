#pragma once

#include <string_view>

namespace date {
class time_zone;
}

namespace config {

/// The zone of this IANA name (`Europe/Berlin`, `UTC`), as the machine's tzdata has it; null: there is none. It lives as
/// long as the program; any thread.
[[nodiscard]] const date::time_zone* find_time_zone(std::string_view name);

} // namespace config
