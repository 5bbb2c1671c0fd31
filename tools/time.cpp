#include "tools/all.hpp"
#include "tools/make_tool.hpp"

#include <date/tz.h>

#include <array>
#include <cstdio>

namespace tools {

namespace {

/// The current time in a zone. The zones are those of the machine (package tzdata).
struct time_now {
  static constexpr std::string_view name = "time";
  static constexpr std::string_view description = "Tells the current date, time and weekday in a time zone.";
  static constexpr tools::risk worst_risk = risk::read;
  static constexpr tools::unattended when_unattended = unattended::yes;

  struct arguments {
    std::string zone = "UTC";
    static std::span<const base::field_rule> rules() {
      static constexpr base::field_rule all[]
        = {{.name = "zone", .help = "IANA time zone, such as Europe/Berlin; UTC if left out", .min = 1, .max = 64}};
      return all;
    }
  };

  static std::vector<use> uses() { return {{"Tell the time", boost::json::object{}}}; }

  [[nodiscard]] tool_result run(const arguments& in, tool_context& context) const {
    const date::time_zone* zone = nullptr;
    try {
      zone = date::locate_zone(in.zone);
    } catch (const std::runtime_error&) {
      return tool_result::fail("zone: '" + in.zone + "' is not a time zone; names are like Europe/Berlin or UTC");
    }
    const auto now = context.clock.now();
    const auto info = zone->get_info(now);
    const auto local = now + info.offset; // the local reading, written as if it were UTC
    auto text = base::to_iso8601(std::chrono::time_point_cast<std::chrono::milliseconds>(local));
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(info.offset).count();
    std::array<char, 16> offset{};
    std::snprintf(offset.data(), offset.size(), "%c%02d:%02d", minutes < 0 ? '-' : '+',
                  static_cast<int>(std::abs(minutes) / 60), static_cast<int>(std::abs(minutes) % 60));
    text.replace(text.size() - 1, 1, offset.data()); // in place of the Z
    static constexpr std::array<const char*, 7> days{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                     "Thursday", "Friday", "Saturday"};
    const std::chrono::weekday day{std::chrono::floor<std::chrono::days>(local)};
    return tool_result::ok(boost::json::object{{"time", text},
                                               {"zone", in.zone},
                                               {"abbreviation", info.abbrev},
                                               {"weekday", days[day.c_encoding()]},
                                               {"daylight_saving", info.save != std::chrono::minutes{0}},
                                               {"utc", base::to_iso8601(now)}});
  }
};
BOOST_DESCRIBE_STRUCT(time_now::arguments, (), (zone))

} // namespace

std::unique_ptr<tool> time_tool() { return make_tool<time_now>(); }

} // namespace tools
