#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace security {

/// What of an audit row goes into its hash, as stored.
struct audit_link {
  std::int64_t id = 0;
  std::string_view timestamp;
  std::optional<std::string_view> session_id;
  std::string_view tool_name;
  std::optional<std::string_view> arguments; ///< canonical JSON: members sorted, no spaces
  std::optional<std::string_view> result_summary;
  bool confirmed = false;
  std::optional<std::string_view> task_id;
  std::optional<std::string_view> user_id;
};

/// Hex SHA-256 over the hash before and every member, each with its length.
[[nodiscard]] std::string audit_hash(std::string_view previous_hash, const audit_link& row);

} // namespace security
