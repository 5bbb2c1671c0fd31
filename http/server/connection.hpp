#pragma once

#include "http/server/head.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace http {

using steady_time = std::chrono::steady_clock::time_point;

/// A client's socket with what was read from it and not yet used. Owned by one thread at a time; only shut_down() may
/// be called from another.
class connection {
public:
  /// Takes the socket over. Its receive time-out (SO_RCVTIMEO) is how long a blocking receive waits.
  connection(int fd, std::string peer);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] const std::string& peer() const noexcept { return peer_; }

  enum class input { head, nothing, closed, malformed, too_large };
  /// Receives until a whole head is there. `nothing`: it is not, and the socket has no more at present.
  [[nodiscard]] input receive_head(std::size_t limit, bool may_wait);
  /// Takes the head that receive_head found; valid until the next one is taken.
  [[nodiscard]] std::string_view take_head();
  /// Whether bytes of an unfinished head are there.
  [[nodiscard]] bool has_input() const noexcept { return begin_ < in_.size(); }
  /// Whether a body of that length has come already, so that reading it waits for nobody.
  [[nodiscard]] bool has_whole(std::optional<std::uint64_t> length) const noexcept;

  /// Takes up to `limit` bytes of a body; 0: the client is gone, -1: the deadline passed.
  [[nodiscard]] long take(char* out, std::size_t limit, steady_time deadline);

  /// Sends all of it, also when the socket's buffer is full for a while. `more`: a second piece of the same answer.
  [[nodiscard]] bool send(std::string_view bytes, std::string_view more, steady_time deadline);
  /// Whether the other end has closed.
  [[nodiscard]] bool peer_closed() const noexcept;
  /// Says that nothing more will be sent, reads on for a moment so that the client gets the answer and no reset.
  void linger(std::chrono::milliseconds limit) noexcept;
  /// Wakes whoever waits on the socket. From any thread, while the connection lives.
  void shut_down() const noexcept;

  steady_time head_deadline{};          ///< of a head that has begun to come
  bool registered = false;              ///< with the parking lot's epoll
  bool served = false;                  ///< at least one request was answered
  std::atomic<bool> in_handler = false; ///< an answer is being made

private:
  int fd_;
  std::string peer_;
  std::string in_;   ///< received bytes; [begin_, size) are not used yet
  std::string head_; ///< of the request that is being answered
  std::size_t begin_ = 0;
  std::size_t scanned_ = 0; ///< of the unfinished head, from begin_
  std::size_t head_size_ = 0;
};

} // namespace http
