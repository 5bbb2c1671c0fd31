#pragma once

#include "base/errc.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace net {

/// An http or https address as both the check and the connection see it: read by libcurl's URL API, checked, and written
/// back; `text` is what is handed to libcurl, and reading it again gives the same.
struct url {
  std::string scheme; ///< `http` or `https`
  std::string
    host; ///< lower case, no trailing dot, IDN as punycode, addresses in their shortest form, `[::1]` in brackets
  std::uint16_t port = 0;
  std::string origin;      ///< `https://example.com`; with `:port` unless that is the scheme's own
  std::string text;        ///< ASCII, without a fragment
  bool is_address = false; ///< the host is an address, not a name

  friend bool operator==(const url&, const url&) = default;
};

/// Bytes of an address. What servers and browsers take is not more (RFC 9110, section 4.1 recommends at least 8000).
inline constexpr std::size_t max_url_bytes = 8 * 1024;

/// Reads an absolute address. Every numeric form of IPv4 (decimal, octal, hexadecimal, short) becomes `a.b.c.d`; bytes
/// beyond ASCII are percent-encoded in path and query, and in a name read as IDN.
///
/// errc::invalid with a sentence that begins with "The address": other schemes, a user part, control characters, spaces,
/// backslashes, a host that is neither a name nor an address, IPv6 zones, ports that browsers refuse, too long.
[[nodiscard]] base::result<url> parse_url(std::string_view text);

/// Reads what a Location header holds, relative to where it was found (RFC 3986, section 5); as parse_url.
[[nodiscard]] base::result<url> resolve_url(const url& from, std::string_view reference);

/// Whether no HTTP is spoken to this port: those of protocols that could take a request for one of theirs
/// (the "bad ports" of the Fetch standard, section 2.9), and 0.
[[nodiscard]] bool is_refused_port(std::uint16_t port) noexcept;

} // namespace net
