#include "storage/rows.hpp"

namespace storage::detail {

void throw_bad_column(std::string_view column, std::string_view why) {
  throw base::failure_error(base::errc::internal, "column " + std::string(column) + ' ' + std::string(why));
}

boost::json::value parse_column(std::string_view text, std::string_view column) {
  std::string error;
  auto value = base::parse_json(text, error);
  if (!value)
    throw_bad_column(column, "holds JSON that cannot be read: " + error);
  return std::move(*value);
}

} // namespace storage::detail
