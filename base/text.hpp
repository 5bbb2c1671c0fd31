#pragma once

#include <compare>
#include <string>
#include <utility>

namespace base {

/// The words of a signed-in user, or of this program. A model may take them as instructions.
/// Nothing turns untrusted_text into this type; make one only where the author is known.
class trusted_text {
public:
  trusted_text() = default;
  explicit trusted_text(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const std::string& str() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  auto operator<=>(const trusted_text&) const = default;

private:
  std::string text_;
};

/// Text from outside: a mail, page, feed item, webhook body, Telegram message, tool result. It reaches a model
/// only as marked data.
class untrusted_text {
public:
  untrusted_text() = default;
  explicit untrusted_text(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const std::string& str() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  auto operator<=>(const untrusted_text&) const = default;

private:
  std::string text_;
};

} // namespace base
