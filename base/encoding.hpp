#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(std::span<const std::byte> bytes);

/// Base64 with padding (RFC 4648, section 4).
[[nodiscard]] std::string to_base64(std::span<const std::byte> bytes);
/// nullopt if `text` is not padded base64.
[[nodiscard]] std::optional<std::vector<std::byte>> from_base64(std::string_view text);
/// Base64 with `-` and `_`, without padding (RFC 4648, section 5).
[[nodiscard]] std::string to_base64url(std::span<const std::byte> bytes);

/// `text` with `%XX` (and in a query `+`) decoded; nullopt where an escape is broken.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

/// `text` as UTF-8 that PostgreSQL and JSON take: each byte that is not part of a well-formed sequence, and each
/// NUL, becomes U+FFFD.
[[nodiscard]] std::string to_clean_utf8(std::string_view text);

/// The longest front part of at most `max_bytes` that does not end inside a UTF-8 sequence.
[[nodiscard]] std::string_view cut_utf8(std::string_view text, std::size_t max_bytes);

[[nodiscard]] inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

} // namespace base
