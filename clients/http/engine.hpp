#pragma once

#include "base/errc.hpp"
#include "clients/http/transfer.hpp"
#include "security/address_guard.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace net {

/// Names one transfer of an engine; never used twice.
using transfer_id = std::uint64_t;

/// What an engine is made with. The defaults are those of the server.
struct engine_settings {
  std::vector<std::string> allow_hosts;     ///< see engine::allow_hosts
  std::string ca_file;                      ///< PEM: trusted in place of the system's authorities; empty = the system's
  std::size_t max_transfers = 12'288;       ///< open at once in each class; one more ends as fault::overloaded
  long max_idle_connections = 64;           ///< kept for reuse in each class
  std::size_t max_open_host_transfers = 32; ///< to one origin in trust::open; more wait. Providers have no such limit

  std::chrono::seconds keep_addresses{60}; ///< how long a name's addresses are used again

  /// The kill switch: while it is true, no request of a run (request::of_run) is sent.
  std::shared_ptr<const std::atomic<bool>> hold;

  security::address_guard guard; ///< what trust::open may reach; a test declares its loopback servers public
  /// In place of the system's resolver, for tests: the addresses of a name. Called on a thread of the resolver.
  std::function<std::vector<std::string>(const std::string& host)> resolve;
  /// Asked before every connection that is tried, `127.0.0.1:4010`, after the guard: with false it is not tried. For tests,
  /// which count and keep to the machine. On the engine's thread.
  std::function<bool(const std::string& address)> connecting;
};

/// Figures since the start, but for `open`.
struct engine_counters {
  std::uint64_t open = 0;                            ///< transfers that have not ended
  std::uint64_t started = 0;                         ///< transfers
  std::uint64_t connects = 0;                        ///< sockets made to connect with
  std::uint64_t refused = 0;                         ///< transfers that ended as fault::refused
  std::chrono::steady_clock::time_point last_sent{}; ///< when a byte of a run's request went out last
};

/// Outgoing HTTP/1.1 and HTTP/2: one thread for all transfers, one libcurl multi handle for each trust class, so that no
/// connection is shared between classes.
///
/// trust::open reaches public addresses only; the address is judged when the socket is made and again before each request
/// on it, so neither a name that resolves anew nor a pooled connection gets past. It follows redirects itself, one at a
/// time: each is parsed and judged like the first address, https never becomes http, and credentials are dropped when the
/// origin changes. trust::provider reaches any address and follows nothing.
///
/// All functions may be called from any thread. None throws but for lack of memory.
class engine {
public:
  /// Starts the thread. Throws base::failure_error when the system does not give what it needs (descriptors, threads), or
  /// when an entry of allow_hosts cannot be read.
  explicit engine(engine_settings settings = {});
  /// Calls stop(). Not on the engine's thread: listeners must not own the engine.
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  /// Begins a transfer. The listener hears of it on the engine's thread, `end` exactly once. When the engine has stopped,
  /// `end` is called at once, on the caller's thread.
  transfer_id submit(request what, listener who);

  /// The same for a whole answer, bounded by bounds::bytes: `done` is called once, on the engine's thread.
  transfer_id gather(request what, std::function<void(response)> done);

  /// Ends a transfer with fault::cancelled; its socket is closed within milliseconds. Nothing happens when it is over.
  void cancel(transfer_id id);

  /// Waits for the whole answer. Ends early, with fault::cancelled, when a stop is requested, and with fault::timeout at the
  /// deadline. Not on the engine's thread.
  [[nodiscard]] response fetch(request what, const std::stop_token& stop = {},
                               std::chrono::steady_clock::time_point deadline
                               = std::chrono::steady_clock::time_point::max());

  /// Hosts that trust::open may reach whatever their address is (`system:egress_allow_hosts`): `host`, `host:port` or
  /// `*.domain` (names below the domain). Counts for every request after the call, also on pooled connections. Answers
  /// which entry cannot be read, and changes nothing then.
  base::result<void> allow_hosts(const std::vector<std::string>& entries);

  [[nodiscard]] engine_counters counters() const;

  /// Ends all transfers with fault::cancelled and the thread. A second call does nothing. Not on the engine's thread.
  void stop();

private:
  class loop;
  std::unique_ptr<loop> loop_;
};

} // namespace net
