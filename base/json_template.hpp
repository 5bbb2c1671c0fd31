#pragma once

#include "base/json_fields.hpp"
#include "base/text.hpp"

namespace base {

/// A text with fields of a JSON document: `A pull request by {{body.user.login}} was opened.`
///
/// What the fields say never becomes part of the text, which is its author's word: in place of a field the text has its
/// name in square brackets, and the values stand in a text of their own.
class json_template {
public:
  /// At most 20,000 bytes and 50 fields.
  [[nodiscard]] static parsed<json_template> parse(std::string_view text);

  struct rendered {
    trusted_text text;     ///< `A pull request by [body.user.login] was opened.`
    untrusted_text values; ///< `[body.user.login]`, the value in the next line, an empty line; each field once
  };
  /// Values of more than `max_value_bytes` are cut, and say so. A field that is not there says that, too.
  [[nodiscard]] rendered render(const boost::json::value& document, std::size_t max_value_bytes) const;

  /// The first names of all fields.
  [[nodiscard]] std::vector<std::string> roots() const;

private:
  std::string text_; ///< with names in square brackets
  std::vector<field_path> fields_;
};

} // namespace base
