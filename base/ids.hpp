#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace base {

/// A new UUIDv7 (RFC 9562, section 5.7) in lower-case text, 36 characters. Ids made by one process sort in the
/// order they were made: within a millisecond a counter goes on. Safe from any thread.
[[nodiscard]] std::string new_id();

/// Fills `out` from the kernel's random source (getrandom). Throws std::system_error if there is none.
void random_bytes(std::span<std::byte> out);

/// `bytes` random bytes as base64url without padding: for tokens and one-time codes.
[[nodiscard]] std::string random_token(std::size_t bytes);

} // namespace base
