#pragma once

#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Fields of a JSON document, named as people write them: `body.pull_request.labels[0].name`, `headers["x-event"]`.
namespace base {

/// Where a text cannot be read, and why.
struct syntax_error {
  std::size_t at = 0; ///< bytes from the beginning
  std::string message;
};

/// "at character N: …", for a person; N counts from 1, in characters of `text`.
[[nodiscard]] std::string describe(const syntax_error& error, std::string_view text);

/// A value or where and why the text has none.
template <class T>
using parsed = std::variant<T, syntax_error>;

/// The way to one field.
class field_path {
public:
  /// Reads as much of `text` from `at` on as is a path, and moves `at` behind it. At most 32 steps.
  [[nodiscard]] static parsed<field_path> read(std::string_view text, std::size_t& at);

  /// nullptr: the document has no such field.
  [[nodiscard]] const boost::json::value* find(const boost::json::value& document) const;
  /// As it was written.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// The first name.
  [[nodiscard]] const std::string& root() const { return std::get<std::string>(steps_.front()); }

private:
  std::string text_;
  std::vector<std::variant<std::string, std::size_t>> steps_; ///< never empty; the first is a name
};

/// A field's value as text: a string as it is, anything else as JSON.
[[nodiscard]] std::string text_of(const boost::json::value& value);

} // namespace base
