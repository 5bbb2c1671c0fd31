#pragma once

#include "base/json_fields.hpp"

#include <memory>
#include <string_view>

namespace base {

/// A condition on a JSON document: `body.action == "opened" and not body.draft`.
///
///     or  and  not  ( )        also || && !
///     == != < <= > >=          numbers by value, texts by their bytes; other kinds are only equal or not
///     a contains b             text in text, value in array, name in object
///     body.draft               alone: there, and none of false, null, 0, "" and empty
///     "text" 'text' 12 -1.5 true false null
///
/// A field that is not there is null.
class json_filter {
public:
  /// At most 2,000 bytes, 32 levels deep.
  [[nodiscard]] static parsed<json_filter> parse(std::string_view text);

  [[nodiscard]] bool matches(const boost::json::value& document) const;
  /// The first names of all fields that it looks at.
  [[nodiscard]] std::vector<std::string> roots() const { return roots_; }

  struct node;

private:
  std::shared_ptr<const node> root_;
  std::vector<std::string> roots_;
};

} // namespace base
