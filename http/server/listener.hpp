#pragma once

#include "base/errc.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace http {

/// A listening socket.
class listener {
public:
  struct accepted {
    int fd;
    std::string peer; ///< address without port
  };

  listener() = default;
  ~listener();
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// SO_REUSEADDR only: with SO_REUSEPORT a second server would silently share the port. `receive_wait` becomes the
  /// receive time-out of accepted sockets. Answers the port. conflict: taken; invalid: no such address.
  [[nodiscard]] base::result<std::uint16_t> open(const std::string& host, std::uint16_t port,
                                                 std::chrono::milliseconds receive_wait);
  /// Blocks for the next client; empty once close() was called.
  [[nodiscard]] std::optional<accepted> accept();
  /// From any thread.
  void close() noexcept;

private:
  std::atomic<int> fd_ = -1;
  std::atomic<bool> closing_ = false;
  std::chrono::milliseconds receive_wait_{};
};

/// An address in the form that is compared and logged: IPv4 mapped into IPv6 as IPv4.
[[nodiscard]] std::string normal_address(const std::string& address);

} // namespace http
