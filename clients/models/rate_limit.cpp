#include "clients/models/rate_limit.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace models {

namespace {

using std::chrono::milliseconds;

std::string_view value_of(const std::vector<net::header>& headers, std::string_view name) {
  const auto at = std::ranges::find(headers, name, &net::header::name);
  return at == headers.end() ? std::string_view() : std::string_view(at->value);
}

std::optional<double> number(std::string_view& text) {
  double n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || n < 0 || n > 1e15)
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return n;
}

/// `6m0s`, `1.5s`, `20ms`, `1h2m3s`; a bare number is seconds.
std::optional<milliseconds> span_of(std::string_view text) {
  double ms = 0;
  if (text.empty())
    return std::nullopt;
  while (!text.empty()) {
    const auto n = number(text);
    if (!n)
      return std::nullopt;
    const auto unit = text.substr(0, std::min(text.size(), text.find_first_of("0123456789.")));
    text.remove_prefix(unit.size());
    const double factor = unit == "ms"                  ? 1
                          : unit == "s" || unit.empty() ? 1e3
                          : unit == "m"                 ? 60e3
                          : unit == "h"                 ? 3600e3
                          : unit == "d"                 ? 86400e3
                                                        : -1;
    if (factor < 0)
      return std::nullopt;
    ms += *n * factor;
  }
  return milliseconds(static_cast<std::int64_t>(std::min(ms, 1e12)));
}

/// When a limit begins anew: a span, a time, or ms since 1970.
std::optional<milliseconds> reset_in(std::string_view text, base::timestamp now) {
  if (const auto time = base::from_iso8601(text))
    return *time - now;
  auto rest = text;
  if (const auto n = number(rest); n && rest.empty() && *n > 1e12)
    return base::timestamp(milliseconds(static_cast<std::int64_t>(*n))) - now;
  return span_of(text);
}

struct names {
  std::string_view remaining;
  std::string_view reset;
  bool of_calls; ///< else of tokens: how many a call needs is not known, so that only none is told apart
};

constexpr names known[] = {
  {"anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset", true},
  {"anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset", false},
  {"anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset", false},
  {"anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset", false},
  {"x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", true},
  {"x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", false},
  {"x-ratelimit-remaining", "x-ratelimit-reset", true},
};

} // namespace

void rate_limit::learn(const std::vector<net::header>& headers, base::timestamp now) {
  std::optional<std::int64_t> least;
  milliseconds until{0};
  for (const auto& n : known) {
    auto text = value_of(headers, n.remaining);
    const auto left = number(text);
    const auto reset = reset_in(value_of(headers, n.reset), now);
    if (!left || !reset || *reset <= milliseconds{0} || (!n.of_calls && *left > 0))
      continue;
    const auto calls = static_cast<std::int64_t>(*left);
    if (!least || calls < *least || (calls == *least && *reset > until)) {
      least = calls;
      until = *reset;
    }
  }
  if (!least) {
    if (now >= until_)
      left_.reset();
    return;
  }
  left_ = least;
  until_ = now + std::min<milliseconds>(until, longest_hold);
}

void rate_limit::refused(std::optional<milliseconds> retry_after, base::timestamp now) {
  if (!retry_after && held_until(now))
    return;
  left_ = 0;
  until_ = now + std::clamp<milliseconds>(retry_after.value_or(std::chrono::seconds{1}), milliseconds{0}, longest_hold);
}

} // namespace models
