#pragma once

#include "http/guarded_server.hpp"

namespace http {

/// What a server says while another one leads its database: `/health/live` is well, all else is 503 with a sentence, for
/// programs as a problem (RFC 9457), for browsers as a page that looks again by itself.
class standby_server {
public:
  explicit standby_server(server_settings listen);
  /// Answers the port. conflict: the port is taken; invalid: no such address.
  [[nodiscard]] base::result<std::uint16_t> start() { return server_.start(); }
  void stop() { server_.stop(std::chrono::milliseconds(100)); }

private:
  guarded_server server_;
};

} // namespace http
