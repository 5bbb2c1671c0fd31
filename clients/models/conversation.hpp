#pragma once

#include "messages/records/model.hpp"

#include <string_view>
#include <vector>

/// A conversation in the order in which providers want it.
namespace models {

/// What is told of a call whose result is missing; providers refuse a call without one.
inline constexpr std::string_view missing_result = "No result of this call was recorded.";

/// One message and, where it asked for tools, what came of each.
struct exchange {
  const message* said = nullptr;       ///< never of role tool, but for a result that nobody asked for
  std::vector<const message*> results; ///< one for each of said->tool_calls, in their order; null = missing_result
  std::size_t end = 0;                 ///< how many of the messages lie before the next exchange
};

/// The messages as exchanges. An assistant's message that says nothing is left out: providers refuse it.
[[nodiscard]] std::vector<exchange> exchanges_of(const std::vector<message>& messages);

/// Whether a tool's result, JSON as text, tells of a failure (`success` is false).
[[nodiscard]] bool tells_failure(const message& result);

[[nodiscard]] bool is_blank(std::string_view text);

} // namespace models
