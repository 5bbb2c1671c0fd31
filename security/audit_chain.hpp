#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace security {

/// What of an audit row goes into its hash. The number is left out, as the database gives it: the order is in the chain.
struct audit_link {
  std::string_view timestamp; ///< as stored
  std::optional<std::string_view> session_id;
  std::string_view tool_name;
  std::string_view arguments; ///< canonical_json of the column
  std::optional<std::string_view> result_summary;
  bool confirmed = false;
  std::optional<std::string_view> task_id;
  std::optional<std::string_view> user_id;
};

/// Hex SHA-256 over the hash before (empty for the first row) and every member, each with its length.
[[nodiscard]] std::string audit_hash(std::string_view previous_hash, const audit_link& row);

/// One text per value, also after a way through JSONB: members sorted by their bytes, no spaces, whole numbers
/// without a fraction or exponent.
[[nodiscard]] std::string canonical_json(const boost::json::value& value);

} // namespace security
