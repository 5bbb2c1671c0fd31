#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace actors {

/// Keeps calls from a provider that fails: after 5 failures in a row none is made for 10 s, then one is tried; each
/// failed try doubles the time, up to 5 minutes. A success forgets all.
class circuit_breaker {
public:
  static constexpr int failures_to_close = 5;
  static constexpr std::chrono::seconds first_pause{10};
  static constexpr std::chrono::seconds longest_pause{300};

  /// Until when no call may be made; empty: one may. After a pause only one call is let through until it has ended.
  [[nodiscard]] std::optional<base::timestamp> closed_until(base::timestamp now) const {
    if (failures_ < failures_to_close)
      return std::nullopt;
    if (now < until_)
      return until_;
    return trying_ ? std::optional(now + std::chrono::seconds{1}) : std::nullopt;
  }
  void begun() { trying_ = failures_ >= failures_to_close; }
  void succeeded() {
    failures_ = 0;
    trying_ = false;
  }
  void failed(base::timestamp now) {
    trying_ = false;
    if (++failures_ < failures_to_close)
      return;
    const auto doublings = std::min(failures_ - failures_to_close, 5);
    until_ = now + std::min(longest_pause, first_pause * (1 << doublings));
  }
  /// The call ended without telling how the provider is.
  void undecided() { trying_ = false; }
  [[nodiscard]] int failures() const noexcept { return failures_; }

private:
  int failures_ = 0;
  bool trying_ = false;
  base::timestamp until_{};
};

} // namespace actors
