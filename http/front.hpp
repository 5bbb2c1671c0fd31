#pragma once

#include "http/guarded_server.hpp"
#include "http/services.hpp"

#include <memory>

namespace http {

/// The whole front: server, route table, sign-in, web app.
class front {
public:
  front(services with, server_settings settings);
  /// stop()
  ~front();
  front(const front&) = delete;
  front& operator=(const front&) = delete;

  /// Listens and answers the port. conflict: taken; invalid: no such address.
  [[nodiscard]] base::result<std::uint16_t> start();
  /// Lets answers under way end for `grace`.
  void stop(std::chrono::milliseconds grace = std::chrono::milliseconds(3'000));
  [[nodiscard]] server_counts counts() const;

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

} // namespace http
