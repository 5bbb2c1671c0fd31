#include "engine/cron_reader.hpp"

#include <algorithm>
#include <cctype>
#include <span>

namespace engine {

namespace {

constexpr std::size_t longest_expression = 200; // bytes; the API takes no longer ones

struct short_form {
  std::string_view name;
  std::string_view fields;
};
constexpr std::array<short_form, 7> short_forms{{{"@hourly", "0 * * * *"},
                                                 {"@daily", "0 0 * * *"},
                                                 {"@midnight", "0 0 * * *"},
                                                 {"@weekly", "0 0 * * 0"},
                                                 {"@monthly", "0 0 1 * *"},
                                                 {"@yearly", "0 0 1 1 *"},
                                                 {"@annually", "0 0 1 1 *"}}};

constexpr std::array<std::string_view, 12> month_names{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> weekday_names{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

enum class kind { minute, hour, day, month, weekday };

/// Thrown and caught within this file.
struct unreadable {
  std::string why;
};

[[noreturn]] void refuse(std::string_view field, const std::string& why) {
  throw unreadable{std::string(field) + ": " + why};
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::vector<std::string_view> split(std::string_view text, std::string_view at) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto end = text.find_first_of(at);
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return out;
    text.remove_prefix(end + 1);
  }
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

} // namespace

struct cron_reader::field {
  engine::kind kind;
  std::string_view name;
  unsigned min;
  unsigned max;
  std::span<const std::string_view> names;

  [[nodiscard]] unsigned number(std::string_view text) const {
    if (text.empty())
      refuse(name, "a number is missing");
    for (std::size_t i = 0; i < names.size(); ++i)
      if (same_word(text, names[i]))
        return static_cast<unsigned>(i) + min;
    unsigned out = 0;
    for (const char c : text) {
      if (c < '0' || c > '9' || out > 9'999)
        refuse(name, quoted(text) + " is not " + (names.empty() ? "a number" : "a number or a name like ")
                       + (names.empty() ? "" : std::string(names.front())));
      out = out * 10 + static_cast<unsigned>(c - '0');
    }
    if (out < min || out > max)
      refuse(name, std::string(text) + " is not within " + std::to_string(min) + " to " + std::to_string(max));
    return out;
  }
};

base::result<cron> cron_reader::read(std::string_view text) {
  const auto trimmed = [](std::string_view t) {
    while (!t.empty() && (t.front() == ' ' || t.front() == '\t'))
      t.remove_prefix(1);
    while (!t.empty() && (t.back() == ' ' || t.back() == '\t'))
      t.remove_suffix(1);
    return t;
  };
  text = trimmed(text);
  if (text.empty())
    return base::fail(base::errc::invalid, "the expression is empty; it has five fields, like 0 7 * * MON-FRI");
  if (text.size() > longest_expression)
    return base::fail(base::errc::invalid, "the expression is longer than 200 characters");
  if (text.starts_with('@')) {
    const auto known = std::ranges::find_if(short_forms, [&](const auto& f) { return same_word(f.name, text); });
    if (known == short_forms.end())
      return base::fail(base::errc::invalid, quoted(text)
                                               + " is not known; there are @hourly, @daily, @midnight, @weekly, "
                                                 "@monthly, @yearly, @annually");
    text = known->fields;
  }
  auto words = split(text, " \t");
  std::erase(words, std::string_view{});
  if (words.size() != 5)
    return base::fail(base::errc::invalid,
                      "there must be five fields (minute, hour, day of month, month, weekday), not "
                        + std::to_string(words.size()));
  static const std::array<field, 5> fields{{{kind::minute, "minute", 0, 59, {}},
                                            {kind::hour, "hour", 0, 23, {}},
                                            {kind::day, "day of month", 1, 31, {}},
                                            {kind::month, "month", 1, 12, month_names},
                                            {kind::weekday, "weekday", 0, 7, weekday_names}}};
  cron out;
  try {
    for (std::size_t i = 0; i < fields.size(); ++i)
      read_field(fields[i], words[i], out);
  } catch (const unreadable& e) {
    return base::fail(base::errc::invalid, e.why);
  }
  const auto open = [](std::string_view word) { return word.starts_with('*') || word.starts_with('?'); };
  out.both_ = open(words[2]) || open(words[4]);
  return out;
}

void cron_reader::read_field(const field& of, std::string_view text, cron& out) {
  for (const auto item : split(text, ","))
    read_item(of, item, out);
}

void cron_reader::read_item(const field& of, std::string_view item, cron& out) {
  if (item.empty())
    refuse(of.name, "an item of the list is empty");
  if (of.kind == kind::day && same_word(item, "L")) {
    out.last_day_ = true;
    return;
  }
  if (of.kind == kind::weekday && item.size() > 1 && (item.back() == 'L' || item.back() == 'l')) {
    out.last_weekday_.set(of.number(item.substr(0, item.size() - 1)) % 7);
    return;
  }
  if (const auto hash = item.find('#'); of.kind == kind::weekday && hash != std::string_view::npos) {
    const auto which = item.substr(hash + 1);
    if (which.size() != 1 || which[0] < '1' || which[0] > '5')
      refuse(of.name, "after # comes 1 to 5, for the first to the fifth of the month, not " + quoted(which));
    out.nth_[of.number(item.substr(0, hash)) % 7].set(static_cast<std::size_t>(which[0] - '0'));
    return;
  }
  unsigned step = 1;
  const auto slash = item.find('/');
  const auto range = item.substr(0, slash);
  if (slash != std::string_view::npos) {
    const auto text = item.substr(slash + 1);
    if (text.empty() || text.size() > 4 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
      refuse(of.name, "after / comes a number, not " + quoted(text));
    step = static_cast<unsigned>(std::stoul(std::string(text)));
    if (step == 0)
      refuse(of.name, "a step of 0 leads nowhere");
    if (step > of.max)
      refuse(of.name, "a step of " + std::to_string(step) + " is beyond the field's " + std::to_string(of.max));
  }
  auto first = of.min;
  auto last = of.kind == kind::weekday ? 6U : of.max;
  const bool days = of.kind == kind::day || of.kind == kind::weekday;
  if (range != "*" && !(days && range == "?")) {
    const auto dash = range.find('-');
    first = of.number(range.substr(0, dash));
    if (dash != std::string_view::npos) {
      last = of.number(range.substr(dash + 1));
      if (of.kind == kind::weekday && last == 0 && first > 0)
        last = 7; // FRI-SUN
      if (first > last)
        refuse(of.name, quoted(range) + " ends before it begins");
    } else if (slash == std::string_view::npos)
      last = first;
  }
  for (auto n = first; n <= last; n += step)
    switch (of.kind) {
    case kind::minute: out.minutes_.set(n); break;
    case kind::hour: out.hours_.set(n); break;
    case kind::day: out.days_.set(n); break;
    case kind::month: out.months_.set(n); break;
    case kind::weekday: out.weekdays_.set(n % 7); break;
    }
}

} // namespace engine
