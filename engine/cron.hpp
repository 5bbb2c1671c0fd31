#pragma once

#include "base/clock.hpp"
#include "base/errc.hpp"

#include <array>
#include <bitset>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace date {
class time_zone;
}

namespace engine {

/// A schedule in cron's form: minute, hour, day of month, month, weekday.
///
/// Fields hold `*`, numbers, names (`JAN`, `mon`), ranges, steps, and lists of these; `?` is `*` in the fields of days;
/// `L` is the month's last day, `5L` its last Friday, `5#3` its third one; Sunday is 0 and 7. `@hourly`, `@daily`,
/// `@midnight`, `@weekly`, `@monthly`, `@yearly` and `@annually` stand for all five. Where neither field of days begins
/// with `*`, a day fits that fits one of them; else it must fit both (as in Vixie cron).
///
/// Where clocks change: an expression that names hours means times of the day. Such a time that is left out comes at the
/// end of the gap, once for all times of the gap; one that is there twice comes the first time. An expression for all
/// hours goes on in real time: a minute that is left out does not come, one that is there twice comes twice.
class cron {
public:
  /// invalid, with the field and the reason; also where no day can ever fit.
  [[nodiscard]] static base::result<cron> parse(std::string_view text);

  /// The first time after `after`. nullopt: there is none within 400 years, the calendar's whole cycle.
  [[nodiscard]] std::optional<base::timestamp> next(base::timestamp after, const date::time_zone& zone) const;

  /// At most `most` times in (after, until], in order.
  [[nodiscard]] std::vector<base::timestamp> between(base::timestamp after, base::timestamp until,
                                                     const date::time_zone& zone, std::size_t most) const;
  /// The newest `most` times in (after, until], in order; looks at few of the older ones.
  [[nodiscard]] std::vector<base::timestamp> newest(base::timestamp after, base::timestamp until,
                                                    const date::time_zone& zone, std::size_t most) const;

  /// In words: `at 07:00, on Monday to Friday`.
  [[nodiscard]] std::string description() const;

private:
  /// A minute on the clock on the wall, counted from 1970-01-01 00:00 there.
  using local_minute = std::chrono::minutes;

  [[nodiscard]] bool fits(std::chrono::year_month_day day, unsigned weekday) const;
  [[nodiscard]] std::optional<local_minute> first_from(local_minute m) const;
  [[nodiscard]] std::optional<base::timestamp> next_of_day(base::timestamp after, const date::time_zone& zone) const;
  [[nodiscard]] std::optional<base::timestamp> next_in_real_time(base::timestamp after,
                                                                 const date::time_zone& zone) const;

  friend class cron_reader;
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;                ///< from 1
  std::bitset<13> months_;              ///< from 1
  std::bitset<7> weekdays_;             ///< Sunday is 0
  bool last_day_ = false;               ///< `L`
  std::array<std::bitset<6>, 7> nth_{}; ///< of each weekday: from 1
  std::bitset<7> last_weekday_;         ///< `5L`
  bool both_ = false;                   ///< a day must fit both fields
};

} // namespace engine
