#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Pages as other servers send them: which charset their bytes are in, what they say, and that as readable text.
namespace html {

/// What a text is, as far as that says where it may name its charset itself.
enum class markup {
  none, ///< plain text, JSON
  page, ///< `<meta charset>` in its first bytes, or an XML declaration
  xml   ///< an XML declaration
};

/// The name of the encoding that a label (`latin1`, `sjis`) stands for, as the Encoding standard has it
/// (https://encoding.spec.whatwg.org/#names-and-labels); nullopt for a label that it does not know.
[[nodiscard]] std::optional<std::string_view> encoding_of_label(std::string_view label);

/// The encoding of `bytes`, in this order: a byte order mark; the charset of `content_type`; what the text says of itself
/// within its first 1,024 bytes (https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding); UTF-8 if
/// all of it is that, else windows-1252.
[[nodiscard]] std::string_view encoding_of(std::string_view bytes, std::string_view content_type, markup kind);

/// `bytes` as clean UTF-8 without a byte order mark. What cannot be read, also because this machine does not know the
/// encoding, becomes U+FFFD or the letters of windows-1252.
[[nodiscard]] std::string to_utf8(std::string_view bytes, std::string_view encoding);

/// The value of `name` in a header such as `text/html; charset="utf-8"`, without quotes; empty if it is not there.
[[nodiscard]] std::string header_parameter(std::string_view header, std::string_view name);

} // namespace html
