#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace net {

/// Decides which transfers of one trust class go to their host now and which wait. At most so many go to one origin. Of an
/// https origin's only a few make a connection at the same time (one, until there is one): a handshake costs 10 ms of the
/// engine's thread, and with HTTP/2 those that wait find a connection to share (2,000 streams at once: 20 connections).
///
/// libcurl's own limit (CURLMOPT_MAX_HOST_CONNECTIONS) and CURLOPT_PIPEWAIT are not used: 7.88 keeps all that wait in one
/// list and wakes only its first, so one host's transfers hold up another's (seen: streams on HTTP/1.1 that never began).
class host_slots {
public:
  using id = std::uint64_t;
  using clock = std::chrono::steady_clock;

  explicit host_slots(std::size_t max_each) noexcept : max_each_(max_each) {}

  /// True: it may go. False: it waits, and take_ready() will name it.
  [[nodiscard]] bool enter(const std::string& origin, id transfer, clock::time_point now);
  /// The transfer has its connection.
  void connected(const std::string& origin, id transfer);
  /// The transfer is over, or waits no longer.
  void leave(const std::string& origin, id transfer, clock::time_point now);
  /// Those that may go now, first come first served; each is named once.
  [[nodiscard]] std::vector<id> take_ready(clock::time_point now);

private:
  struct host {
    std::size_t active = 0;
    std::vector<id> connecting;        ///< of the active ones, https only; at most max_handshakes
    bool has_connection = false;       ///< one of the active ones has it
    clock::time_point kept_until = {}; ///< a pooled connection may be there until then
    std::deque<id> waiting;            ///< bounded by the engine's transfers
  };
  [[nodiscard]] bool has_room(const std::string& origin, const host& h, clock::time_point now) const noexcept;
  static void let_in(const std::string& origin, host& h, id transfer);
  void forget_idle();

  std::size_t max_each_;
  std::unordered_map<std::string, host> hosts_; ///< those in use, and a bounded number of others
  std::vector<std::string> changed_;            ///< where somebody who waits may go now
};

} // namespace net
