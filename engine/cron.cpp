#include "engine/cron.hpp"

#include "engine/cron_reader.hpp"

#include <date/tz.h>

namespace engine {

namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;

/// The Gregorian calendar repeats after 400 years, weekdays included.
constexpr days whole_cycle{146'097};

unsigned days_of(std::chrono::year_month month) { return static_cast<unsigned>((month / std::chrono::last).day()); }

/// What `L` and `#` ask of a day.
unsigned nth_of_month(unsigned day) { return (day - 1) / 7 + 1; }

} // namespace

base::result<cron> cron::parse(std::string_view text) {
  auto read = cron_reader::read(text);
  if (!read)
    return read.error();
  if (!read->first_from(local_minute{0}))
    return base::fail(base::errc::invalid, "day of month: this can never come, as none of the months has such a day");
  return read;
}

bool cron::fits(std::chrono::year_month_day day, unsigned weekday) const {
  const auto number = static_cast<unsigned>(day.day());
  const auto last = days_of(day.year() / day.month());
  const bool by_day = days_[number] || (last_day_ && number == last);
  const bool by_weekday
    = weekdays_[weekday] || nth_[weekday][nth_of_month(number)] || (last_weekday_[weekday] && number + 7 > last);
  return both_ ? by_day && by_weekday : by_day || by_weekday;
}

std::optional<cron::local_minute> cron::first_from(local_minute m) const {
  std::chrono::sys_days day{std::chrono::floor<days>(m)};
  const auto limit = day + whole_cycle;
  auto at = static_cast<std::size_t>((m - std::chrono::floor<days>(m)).count());
  while (day <= limit) {
    const std::chrono::year_month_day date{day};
    if (!months_[static_cast<unsigned>(date.month())]) {
      day = std::chrono::sys_days{(date.year() / date.month() + std::chrono::months{1}) / 1};
      at = 0;
      continue;
    }
    if (fits(date, std::chrono::weekday{day}.c_encoding()))
      for (; at < 24 * 60; at = hours_[at / 60] ? at + 1 : (at / 60 + 1) * 60)
        if (hours_[at / 60] && minutes_[at % 60])
          return day.time_since_epoch() + minutes{at};
    day += days{1};
    at = 0;
  }
  return std::nullopt;
}

std::optional<base::timestamp> cron::next(base::timestamp after, const date::time_zone& zone) const {
  return hours_.all() ? next_in_real_time(after, zone) : next_of_day(after, zone);
}

std::optional<base::timestamp> cron::next_of_day(base::timestamp after, const date::time_zone& zone) const {
  const auto second = std::chrono::floor<seconds>(after);
  const auto local = second.time_since_epoch() + zone.get_info(second).offset;
  // To a later time of the day belongs a later instant, or the same: what is not later here needs no look.
  auto m = std::chrono::floor<minutes>(local);
  for (;;) {
    const auto found = first_from(m + minutes{1});
    if (!found)
      return std::nullopt;
    m = *found;
    const date::local_seconds wall{m};
    const auto info = zone.get_info(wall);
    const auto instant
      = info.result == date::local_info::nonexistent ? info.first.end : date::sys_seconds{m - info.first.offset};
    if (instant > after)
      return instant;
  }
}

std::optional<base::timestamp> cron::next_in_real_time(base::timestamp after, const date::time_zone& zone) const {
  auto info = zone.get_info(std::chrono::floor<seconds>(after));
  auto from
    = std::chrono::floor<minutes>(std::chrono::floor<seconds>(after).time_since_epoch() + info.offset) + minutes{1};
  for (;;) {
    const auto found = first_from(from);
    if (!found)
      return std::nullopt;
    const date::sys_seconds instant{*found - info.offset};
    if (instant < info.end)
      return instant;
    info = zone.get_info(info.end); // the clocks change before that minute comes
    from = std::chrono::ceil<minutes>(info.begin.time_since_epoch() + info.offset);
  }
}

std::vector<base::timestamp> cron::between(base::timestamp after, base::timestamp until, const date::time_zone& zone,
                                           std::size_t most) const {
  std::vector<base::timestamp> out;
  while (out.size() < most) {
    const auto at = next(after, zone);
    if (!at || *at > until)
      break;
    out.push_back(*at);
    after = *at;
  }
  return out;
}

std::vector<base::timestamp> cron::newest(base::timestamp after, base::timestamp until, const date::time_zone& zone,
                                          std::size_t most) const {
  if (auto all = between(after, until, zone, most + 1); all.size() <= most)
    return all;
  // The latest start after which there are as many: `after` is too early, `until` too late.
  auto early = std::chrono::floor<minutes>(after);
  auto late = std::chrono::ceil<minutes>(until);
  while (late - early > minutes{1}) {
    const auto middle = early + std::chrono::floor<minutes>((late - early) / 2);
    (between(middle, until, zone, most).size() >= most ? early : late) = middle;
  }
  return between(std::max<base::timestamp>(early, after), until, zone, most);
}

} // namespace engine
