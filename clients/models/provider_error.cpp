#include "clients/models/provider_error.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace models {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_message_bytes = 400; ///< of what a provider says: enough for a sentence, not for a page
constexpr std::size_t most_type_bytes = 64;
constexpr milliseconds longest_wait{24 * 60 * 60 * 1000};

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '*';
}

/// Without what begins like a provider's key.
std::string without_keys(std::string_view text) {
  constexpr std::string_view prefix = "sk-";
  std::string out;
  for (;;) {
    const auto at = text.find(prefix);
    out += text.substr(0, at);
    if (at == std::string_view::npos)
      return out;
    text.remove_prefix(at);
    const auto* end = std::ranges::find_if_not(text, is_key_character);
    const auto length = static_cast<std::size_t>(end - text.begin());
    out += length >= 8 ? "***" : text.substr(0, length);
    text.remove_prefix(length);
  }
}

/// One line of clean text, cut.
std::string one_line(std::string_view text, std::size_t most) {
  auto out = without_keys(base::to_clean_utf8(text));
  std::ranges::replace_if(
    out, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }, ' ');
  const auto first = out.find_first_not_of(' ');
  if (first == std::string::npos)
    return {};
  out = out.substr(first, out.find_last_not_of(' ') - first + 1);
  if (out.size() > most)
    out = std::string(base::cut_utf8(out, most - 3)) + "…";
  return out;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size() || value < 0)
    return std::nullopt;
  return value;
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7; the two obsolete forms are not sent by any model API).
std::optional<base::timestamp> http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || !text.ends_with(" GMT"))
    return std::nullopt;
  const auto* month = std::ranges::find(months, text.substr(8, 3));
  const auto day = number(text.substr(5, 2));
  const auto year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  if (month == months.end() || !day || !year || !hour || !minute || !second)
    return std::nullopt;
  const std::chrono::year_month_day date{
    std::chrono::year(static_cast<int>(*year)),
    std::chrono::month(static_cast<unsigned>(month - months.begin()) + 1),
    std::chrono::day(static_cast<unsigned>(*day)),
  };
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  return base::timestamp(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute)
         + std::chrono::seconds(*second);
}

std::optional<std::string_view> value_of(const std::vector<net::header>& headers, std::string_view name) {
  const auto at = std::ranges::find(headers, name, &net::header::name);
  if (at == headers.end())
    return std::nullopt;
  return at->value;
}

/// Seconds, whole or with a fraction, in milliseconds.
std::optional<milliseconds> seconds(std::string_view text) {
  const auto point = text.find('.');
  const auto whole = number(text.substr(0, point));
  if (!whole)
    return std::nullopt;
  auto fraction = point == std::string_view::npos ? std::string{} : std::string(text.substr(point + 1, 3));
  fraction.resize(3, '0');
  const auto thousandths = number(fraction);
  if (!thousandths)
    return std::nullopt;
  if (*whole >= longest_wait / std::chrono::seconds(1))
    return longest_wait;
  return std::chrono::seconds(*whole) + milliseconds(*thousandths);
}

} // namespace

bool is_retryable(int status) { return status == 408 || status == 409 || status == 429 || status >= 500; }

provider_error make_error(int status, std::string_view type, std::string_view message) {
  provider_error error;
  error.status = status;
  error.type = one_line(type, most_type_bytes);
  error.retryable = is_retryable(status);
  const auto said = status == 401 ? std::string{} : one_line(message, most_message_bytes);
  if (status == 401)
    error.message = "The provider refused the key (401).";
  else if (said.empty())
    error.message = "The provider answered " + std::to_string(status) + ".";
  else
    error.message = "The provider answered " + std::to_string(status) + ": " + said;
  return error;
}

provider_error broken() {
  return {0, "broken", "The connection ended before the answer was whole.", true, std::nullopt};
}

provider_error garbled(std::string_view what) {
  return {0, "garbled", "The provider's answer cannot be read: " + one_line(what, most_message_bytes), true,
          std::nullopt};
}

provider_error too_large(std::string_view what) {
  return {0, "too_large", "The provider's answer is too large: " + std::string(what), false, std::nullopt};
}

std::optional<milliseconds> retry_after(const std::vector<net::header>& headers, base::timestamp now) {
  if (const auto text = value_of(headers, "retry-after-ms"))
    if (const auto ms = number(*text))
      return std::min(milliseconds(*ms), longest_wait);
  const auto text = value_of(headers, "retry-after");
  if (!text)
    return std::nullopt;
  if (const auto wait = seconds(*text))
    return wait;
  if (const auto time = http_date(*text))
    return std::clamp(*time - now, milliseconds{0}, longest_wait);
  return std::nullopt;
}

void apply_headers(provider_error& error, const std::vector<net::header>& headers, base::timestamp now) {
  error.retry_after = retry_after(headers, now);
  if (const auto should = value_of(headers, "x-should-retry")) {
    if (*should == "true")
      error.retryable = true;
    else if (*should == "false")
      error.retryable = false;
  }
}

} // namespace models
