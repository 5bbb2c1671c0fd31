#include "engine/cron.hpp"

#include <algorithm>
#include <cstdio>

/// A cron expression in words.
namespace engine {

namespace {

constexpr std::array<const char*, 7> weekday_names{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::array<const char*, 12> month_names{"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};
constexpr std::array<const char*, 6> ordinals{"", "first", "second", "third", "fourth", "fifth"};

std::string join(const std::vector<std::string>& items) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0)
      out += i + 1 == items.size() ? " and " : ", ";
    out += items[i];
  }
  return out;
}

/// The members of a set by name, three and more in a row as a range.
template <class Set, class Name>
std::vector<std::string> ranges(const Set& set, Name name) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (!set[i])
      continue;
    auto end = i;
    while (end + 1 < set.size() && set[end + 1])
      ++end;
    if (end - i >= 2) {
      out.push_back(name(i) + " to " + name(end));
      i = end;
    } else
      out.push_back(name(i));
  }
  return out;
}

std::string plain(std::size_t n) { return std::to_string(n); }

std::string clock_time(std::size_t hour, std::size_t minute) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%02zu:%02zu", hour % 24, minute % 60);
  return text.data();
}

/// The step, where the set is 0, n, 2n, … to its end; else 0.
template <class Set>
std::size_t step_of(const Set& set) {
  if (!set[0] || set.count() < 2)
    return 0;
  std::size_t step = 1;
  while (!set[step])
    ++step;
  for (std::size_t i = 0; i < set.size(); ++i)
    if (set[i] != (i % step == 0))
      return 0;
  return set.size() % step == 0 ? step : 0;
}

std::string minutes_in_words(const std::bitset<60>& minutes) {
  if (minutes.all())
    return "every minute";
  if (const auto step = step_of(minutes); step > 1)
    return "every " + std::to_string(step) + " minutes";
  return (minutes.count() == 1 ? "at minute " : "at minutes ") + join(ranges(minutes, plain));
}

} // namespace

std::string cron::description() const {
  std::string out;
  if (hours_.all()) {
    out = minutes_in_words(minutes_);
    if (minutes_.count() == 1)
      out = minutes_[0] ? "every hour" : out + " of every hour";
    else if (out.starts_with("at"))
      out += " of every hour";
  } else if (minutes_.count() * hours_.count() <= 6) {
    std::vector<std::string> times;
    for (std::size_t h = 0; h < 24; ++h)
      for (std::size_t m = 0; m < 60; ++m)
        if (hours_[h] && minutes_[m])
          times.push_back(clock_time(h, m));
    out = "at " + join(times);
  } else if (const auto step = step_of(hours_); step > 1 && minutes_.count() == 1)
    out = "every " + std::to_string(step) + " hours, at minute " + join(ranges(minutes_, plain));
  else
    out = minutes_in_words(minutes_) + ", in the hours "
          + join(ranges(hours_, [](std::size_t h) { return clock_time(h, 0); }));

  std::vector<std::string> by_day;
  const bool every_day = days_.count() == 31;
  if (days_.any() && !every_day)
    by_day.push_back((days_.count() == 1 ? "day " : "days ") + join(ranges(days_, plain)) + " of the month");
  if (last_day_)
    by_day.emplace_back("the last day of the month");
  std::vector<std::string> by_weekday;
  const bool every_weekday = weekdays_.all();
  if (weekdays_.any() && !every_weekday) {
    std::bitset<7> from_monday; // a weekend is one piece
    for (std::size_t i = 0; i < 7; ++i)
      from_monday[(i + 6) % 7] = weekdays_[i];
    by_weekday.push_back(
      join(ranges(from_monday, [](std::size_t i) { return std::string(weekday_names[(i + 1) % 7]); })));
  }
  for (std::size_t day = 0; day < 7; ++day) {
    for (std::size_t n = 1; n <= 5; ++n)
      if (nth_[day][n])
        by_weekday.push_back(std::string("the ") + ordinals[n] + ' ' + weekday_names[day] + " of the month");
    if (last_weekday_[day])
      by_weekday.push_back(std::string("the last ") + weekday_names[day] + " of the month");
  }
  if (!by_day.empty())
    out += ", on " + join(by_day);
  if (!by_weekday.empty())
    out += (by_day.empty() ? ", on " : both_ ? ", if it is " : ", or on ") + join(by_weekday);
  if (by_day.empty() && by_weekday.empty() && !hours_.all())
    out += ", every day";
  if (months_.count() < 12)
    out += ", in " + join(ranges(months_, [](std::size_t m) { return std::string(month_names[(m + 11) % 12]); }));
  return out;
}

} // namespace engine
