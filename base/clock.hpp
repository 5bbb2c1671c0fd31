#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace base {

/// A point in time, UTC, in milliseconds; in JSON and in the database `2026-01-02T03:04:05.678Z`.
using timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

[[nodiscard]] std::string to_iso8601(timestamp t);

/// Reads what to_iso8601 writes, and also forms without milliseconds, with microseconds, and with an offset
/// (`+00:00`), as v28 databases hold them. nullopt if it is not a time.
[[nodiscard]] std::optional<timestamp> from_iso8601(std::string_view text);

/// The wall clock as a part that is handed in, so that a test decides what time it is. Safe from any thread.
class clock {
public:
  virtual ~clock() = default;
  [[nodiscard]] virtual timestamp now() const = 0;
};

using clock_ptr = std::shared_ptr<const clock>;

/// The machine's clock.
[[nodiscard]] clock_ptr system_clock();

} // namespace base
