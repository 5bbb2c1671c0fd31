#pragma once

#include "base/clock.hpp"
#include "clients/http/transfer.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Why there is no answer of a model.
namespace models {

struct provider_error {
  int status
    = 0; ///< HTTP's, or what an error inside a stream would have had; 0 = the answer broke off or cannot be read
  std::string
    type; ///< the provider's word for it (overloaded_error, insufficient_quota, …); broken, garbled, too_large: ours
  std::string message; ///< one sentence, without credentials
  bool retryable = false;
  std::optional<std::chrono::milliseconds> retry_after; ///< what the provider asked for; at most a day
};

/// 408, 409, 429 and all from 500 on (529 is Anthropic's "overloaded"): the same request may succeed later.
[[nodiscard]] bool is_retryable(int status);

/// An error of that status as a provider tells it. What a provider says about a refused key (401) is left out, as it repeats
/// parts of the key; so is whatever else looks like one.
[[nodiscard]] provider_error make_error(int status, std::string_view type, std::string_view message);

/// The answer broke off. Worth another try.
[[nodiscard]] provider_error broken();
/// What came is not what the API promises. Worth another try.
[[nodiscard]] provider_error garbled(std::string_view what);
/// The answer passed a bound of ours, which `what` names.
[[nodiscard]] provider_error too_large(std::string_view what);

/// What `retry-after-ms`, `retry-after` (seconds or a time) ask for.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(const std::vector<net::header>& headers,
                                                                   base::timestamp now);

/// Applies the headers of an answer to its error: Retry-After, and `x-should-retry`, by which providers overrule the status.
void apply_headers(provider_error& error, const std::vector<net::header>& headers, base::timestamp now);

} // namespace models
