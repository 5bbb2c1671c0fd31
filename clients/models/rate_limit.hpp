#pragma once

#include "base/clock.hpp"
#include "clients/http/transfer.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace models {

/// How many more calls a provider takes with one key, as its answers tell it. Sources: Anthropic's `anthropic-ratelimit-*`,
/// OpenAI's `x-ratelimit-*` (which others send too), OpenRouter's `x-ratelimit-reset` in ms since 1970.
class rate_limit {
public:
  /// No call is held for longer, whatever a provider says.
  static constexpr std::chrono::seconds longest_hold{60};

  /// The head of an answer, whatever its status.
  void learn(const std::vector<net::header>& headers, base::timestamp now);
  /// It refused a call for its limit (429). What it asks for then counts more than when its limits are whole again; where
  /// it asks for nothing and has said nothing, a second.
  void refused(std::optional<std::chrono::milliseconds> retry_after, base::timestamp now);
  /// A call is made.
  void begun() {
    if (left_ && *left_ > 0)
      --*left_;
  }
  /// Until when no call is taken; empty: one may be made.
  [[nodiscard]] std::optional<base::timestamp> held_until(base::timestamp now) const {
    return left_ && *left_ <= 0 && now < until_ ? std::optional(until_) : std::nullopt;
  }

private:
  std::optional<std::int64_t> left_; ///< calls, until `until_`; empty: not told
  base::timestamp until_{};
};

} // namespace models
