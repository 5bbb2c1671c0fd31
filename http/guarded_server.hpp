#pragma once

#include "base/errc.hpp"
#include "http/server/exchange.hpp"
#include "http/server/head.hpp"
#include "http/server/worker_pool.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace http {

/// How the server listens, and its bounds.
struct server_settings {
  std::string host = "127.0.0.1"; ///< address or name
  std::uint16_t port = 0;         ///< 0 = a free one
  head_limits head;
  std::chrono::milliseconds head_time{10'000}; ///< from the first byte of a head to its last; then it is cut
  std::chrono::milliseconds body_time{30'000}; ///< for a whole body
  std::chrono::milliseconds send_time{30'000}; ///< for a whole answer, or for one piece of a stream
  std::chrono::milliseconds idle_time{30'000}; ///< a kept-alive connection without a request is closed then
  std::size_t connections = 8192;              ///< open at once; beyond it a new one is closed
  /// Threads that may wait for bodies that do not come with their heads: in all, and for one address. Beyond it 503, so
  /// that senders who are slow on purpose hold no thread that others need.
  std::size_t waiting_bodies = 128;
  std::size_t waiting_bodies_per_address = 48;
  /// 256, as a webhook's thread waits for the commit of its event: with fewer, 256 clients wait for threads.
  worker_pool_settings workers{.least = 8, .most = 256};
};

/// What the server counts; read from any thread.
struct server_counts {
  std::uint64_t requests = 0;
  std::uint64_t refused_heads = 0; ///< malformed, too large or too slow
  std::size_t connections = 0;
  std::size_t threads = 0;
  std::size_t streams = 0;
};

/// An HTTP/1.1 server that trusts no byte: a head is read by a deadline and within bounds before a handler sees it, a
/// body only when its handler asks for it, and a connection whose body was not read whole is closed. Each answer is one
/// send. Idle connections and unfinished heads hold no thread.
class guarded_server {
public:
  using handler = std::function<void(request&, response&)>;
  /// Makes the answer for a head that is refused before there is a request.
  using refusal = std::function<response(int status, std::string_view detail)>;

  guarded_server(server_settings settings, handler handle, refusal refuse);
  /// stop()
  ~guarded_server();
  guarded_server(const guarded_server&) = delete;
  guarded_server& operator=(const guarded_server&) = delete;

  /// Listens and answers the port. conflict: the port is taken; invalid: no such address.
  [[nodiscard]] base::result<std::uint16_t> start();

  /// Takes no new connection, lets answers under way end for `grace`, then cuts what is left.
  void stop(std::chrono::milliseconds grace = std::chrono::milliseconds(3'000));

  [[nodiscard]] server_counts counts() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace http
