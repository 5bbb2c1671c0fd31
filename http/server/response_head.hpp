#pragma once

#include "http/server/connection.hpp"
#include "http/server/exchange.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The wire forms of answers and bodies.
namespace http {

struct response_framing {
  bool close = false;
  bool chunked = false;
  std::size_t body_size = 0; ///< for Content-Length, when there is no stream
};

/// Status line and headers with the empty line. Headers with control characters are left out.
[[nodiscard]] std::string response_head(const response& r, const response_framing& framing);

void append_chunk_size(std::string& out, std::size_t size);

/// Whether a comma-separated header holds this word, in any case.
[[nodiscard]] bool has_token(std::string_view header, std::string_view word) noexcept;

/// Reads exactly `length` bytes.
[[nodiscard]] std::optional<body_fault> read_counted(connection& c, std::string& out, std::uint64_t length,
                                                     steady_time deadline);
/// Reads a chunked body of at most `limit` bytes, with its trailer; framing by RFC 9112, section 7.1, strictly.
[[nodiscard]] std::optional<body_fault> read_chunked(connection& c, std::string& out, std::size_t limit,
                                                     steady_time deadline);

} // namespace http
