#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace telegram {

/// The most that one message may have: UTF-16 code units of what is seen, without tags.
inline constexpr std::size_t most_units = 4096;
/// More of one answer is not sent: its end is said to be cut.
inline constexpr std::size_t most_markdown_bytes = 64 * 1024;

/// One message, twice: what is sent, and what is sent where that is refused.
struct formatted {
  std::string html;  ///< https://core.telegram.org/bots/api#html-style
  std::string plain; ///< the same without any formatting
};

/// Markdown (CommonMark with tables and strikethrough) as messages, in order. It is cut at the ends of paragraphs where that
/// is possible, else at the end of a line or word; code blocks stay whole where they fit, and are closed and opened again
/// where they do not. Text without anything to see gives no message.
[[nodiscard]] std::vector<formatted> to_messages(std::string_view markdown);

/// UTF-16 code units of clean UTF-8.
[[nodiscard]] std::size_t utf16_units(std::string_view text);

/// `text` with `&`, `<`, `>` and `"` written as entities.
[[nodiscard]] std::string escaped(std::string_view text);

} // namespace telegram
