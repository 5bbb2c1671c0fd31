#pragma once

#include "http/server/exchange.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace http {

/// Bounds of a request's head.
struct head_limits {
  std::size_t bytes = 32 * 1024; ///< the whole head; 431
  std::size_t target = 8 * 1024; ///< the target; 414
  std::size_t headers = 100;     ///< their number; 431
};

/// A head that is refused, and how.
struct head_fault {
  int status = 400;
  std::string_view detail;
};

/// Where a head ends in what has come so far.
struct head_end {
  enum class state { partial, complete, malformed, too_large } what = state::partial;
  std::size_t size = 0;    ///< complete: bytes of the head with its empty line
  std::size_t scanned = 0; ///< partial: how far the next search need not look again
};

/// Looks for the end of a head. A line that ends without CR is malformed: two servers in a row must not read it
/// differently.
[[nodiscard]] head_end find_head_end(std::string_view bytes, std::size_t scanned, std::size_t limit) noexcept;

/// Reads request line and headers by RFC 9112, strictly: one Host, Content-Length in digits and once, no other transfer
/// coding than chunked, not both, no folded lines, no blanks before a colon, no control characters.
struct head_parser {
  /// `head` ends with the empty line and must outlive `out`. Empty when all is well.
  [[nodiscard]] static std::optional<head_fault> parse(std::string_view head, const head_limits& limits, request& out);
};

} // namespace http
