#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace security {

using sha256_hash = std::array<std::byte, 32>;

[[nodiscard]] sha256_hash sha256(std::string_view data);
/// Lower-case hex.
[[nodiscard]] std::string sha256_hex(std::string_view data);

[[nodiscard]] sha256_hash hmac_sha256(std::span<const std::byte> key, std::string_view data);

/// Compares in a time that depends on the lengths only.
[[nodiscard]] bool constant_time_equal(std::string_view a, std::string_view b) noexcept;

/// `text.signature`, for cookies: the signature is base64url HMAC-SHA-256 over `purpose` and `text`.
[[nodiscard]] std::string sign(std::string_view key, std::string_view purpose, std::string_view text);
/// The text in front, if the signature is right; else empty.
[[nodiscard]] std::string_view verify_signed(std::string_view key, std::string_view purpose, std::string_view value);

} // namespace security
