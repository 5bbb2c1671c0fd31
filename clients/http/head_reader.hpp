#pragma once

#include "clients/http/transfer.hpp"

#include <cstddef>
#include <string_view>

namespace net {

/// Reads an answer's head, a line at a time as libcurl hands it over; interim answers (1xx) are passed over.
class head_reader {
public:
  /// Bytes of all heads of one answer, and of its trailers.
  static constexpr std::size_t max_bytes = 128 * 1024;
  static constexpr std::size_t max_headers = 512;

  enum class state { more, complete, too_large };

  /// `complete` once, with the empty line that ends the head; what comes after it (trailers) is passed over.
  state feed(std::string_view line);

  [[nodiscard]] bool is_complete() const noexcept { return complete_; }
  [[nodiscard]] const net::head& head() const noexcept { return head_; }
  [[nodiscard]] net::head take() noexcept { return std::move(head_); }
  /// The first header of that lower-case name; empty if there is none.
  [[nodiscard]] std::string_view value(std::string_view name) const noexcept;

private:
  net::head head_;
  std::size_t bytes_ = 0;
  bool complete_ = false;
};

/// Whether we can decompress what the Content-Encoding says: gzip, deflate and br, at most two of them over each other.
[[nodiscard]] bool is_known_encoding(std::string_view content_encoding) noexcept;

} // namespace net
