#pragma once

#include "base/described.hpp"

#include <caf/message.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace messages {

/// Who injects a message.
struct injecting_user {
  std::string user_id;
  bool by_key = false; ///< signed in by an API key
};

/// The messages that a script may send, in order. A short list, and not all that an actor would take: no script forges a
/// confirmation, an audit row or a claimed run.
[[nodiscard]] std::span<const std::string_view> injectable_messages();

/// The message of that name with this body (null: no members). What says who acts (`user_id`, `autonomous`) is set here to
/// `by`, and an error where the body names it. Errors are added with paths from `message` and `body` on.
[[nodiscard]] std::optional<caf::message> make_message(std::string_view name, const boost::json::value& body,
                                                       const injecting_user& by, base::field_errors& errors);

/// Why a script may not expect messages of that name: there is none. Empty when it may.
[[nodiscard]] std::optional<std::string> reason_against_message(std::string_view name);

/// Adds what is wrong with a pattern for messages of that name: members that they do not have.
void check_pattern(std::string_view name, const boost::json::value& where, base::field_errors& errors);

} // namespace messages
