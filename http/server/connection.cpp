#include "http/server/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace http {
namespace {

constexpr std::size_t read_size = 16 * 1024;

int milliseconds_until(steady_time deadline) noexcept {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left);
}

/// Waits for an event of the socket; false when the deadline passed.
bool wait_for(int fd, short events, steady_time deadline) noexcept {
  for (;;) {
    pollfd p{fd, events, 0};
    const int n = ::poll(&p, 1, milliseconds_until(deadline));
    if (n > 0)
      return true;
    if (n == 0 || errno != EINTR)
      return false;
  }
}

} // namespace

connection::connection(int fd, std::string peer) : fd_(fd), peer_(std::move(peer)) {}

connection::~connection() { ::close(fd_); }

connection::input connection::receive_head(std::size_t limit, bool may_wait) {
  for (int rounds = 0;; ++rounds) {
    // An empty line before a request is skipped (RFC 9112, section 2.2).
    while (std::string_view(in_).substr(begin_).starts_with("\r\n")) {
      begin_ += 2;
      scanned_ = 0;
    }
    const auto end = find_head_end(std::string_view(in_).substr(begin_), scanned_, limit);
    switch (end.what) {
    case head_end::state::complete: head_size_ = end.size; return input::head;
    case head_end::state::malformed: return input::malformed;
    case head_end::state::too_large: return input::too_large;
    case head_end::state::partial: scanned_ = end.scanned; break;
    }
    if (begin_ == in_.size()) {
      in_.clear();
      begin_ = scanned_ = 0;
      if (in_.capacity() > 4 * read_size)
        in_.shrink_to_fit();
    }
    if (begin_ > 0) { // what was consumed goes, or pipelined requests would heap up
      in_.erase(0, begin_);
      begin_ = 0;
    }
    // A head that comes in crumbs does not keep a thread: after the second piece it goes to the parking lot.
    const int flags = may_wait && rounds < 2 ? 0 : MSG_DONTWAIT;
    char piece[read_size];
    const auto n = ::recv(fd_, piece, sizeof piece, flags);
    if (n == 0)
      return input::closed;
    if (n < 0) {
      if (errno == EINTR)
        continue;
      return errno == EAGAIN || errno == EWOULDBLOCK ? input::nothing : input::closed;
    }
    in_.append(piece, static_cast<std::size_t>(n));
  }
}

bool connection::has_whole(std::optional<std::uint64_t> length) const noexcept {
  if (!length)
    return false;
  const auto here = in_.size() - begin_;
  int waiting = 0;
  return here >= *length || (::ioctl(fd_, FIONREAD, &waiting) == 0 && here + static_cast<std::size_t>(waiting) >= *length);
}

std::string_view connection::take_head() {
  head_.assign(in_, begin_, head_size_);
  begin_ += head_size_;
  head_size_ = scanned_ = 0;
  return head_;
}

long connection::take(char* out, std::size_t limit, steady_time deadline) {
  for (;;) {
    if (begin_ < in_.size()) {
      const auto n = std::min(limit, in_.size() - begin_);
      in_.copy(out, n, begin_);
      begin_ += n;
      return static_cast<long>(n);
    }
    in_.clear();
    begin_ = 0;
    // Small pieces (chunk sizes, byte by byte) come from the buffer, large ones go straight to their place.
    const bool direct = limit >= read_size;
    if (!direct)
      in_.resize(read_size);
    const auto n = ::recv(fd_, direct ? out : in_.data(), direct ? limit : read_size, MSG_DONTWAIT);
    if (!direct)
      in_.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    if (n == 0 || (n > 0 && direct))
      return n;
    if (n > 0)
      continue;
    if (errno == EINTR)
      continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
      return 0;
    if (!wait_for(fd_, POLLIN, deadline))
      return -1;
  }
}

bool connection::send(std::string_view bytes, std::string_view more, steady_time deadline) {
  while (!bytes.empty() || !more.empty()) {
    iovec parts[2] = {{const_cast<char*>(bytes.data()), bytes.size()}, {const_cast<char*>(more.data()), more.size()}};
    msghdr message{};
    message.msg_iov = bytes.empty() ? parts + 1 : parts;
    message.msg_iovlen = bytes.empty() || more.empty() ? 1 : 2;
    const auto n = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) {
      if (errno == EINTR)
        continue;
      if ((errno != EAGAIN && errno != EWOULDBLOCK) || !wait_for(fd_, POLLOUT, deadline))
        return false;
      continue;
    }
    const auto sent = static_cast<std::size_t>(n);
    const auto of_first = std::min(sent, bytes.size());
    bytes.remove_prefix(of_first);
    more.remove_prefix(sent - of_first);
  }
  return true;
}

bool connection::peer_closed() const noexcept {
  char byte = 0;
  const auto n = ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void connection::linger(std::chrono::milliseconds limit) noexcept {
  ::shutdown(fd_, SHUT_WR);
  const auto deadline = std::chrono::steady_clock::now() + limit;
  char nowhere[read_size];
  for (std::size_t total = 0; total < 1024 * 1024;) {
    const auto n = ::recv(fd_, nowhere, sizeof nowhere, MSG_DONTWAIT);
    if (n == 0)
      return;
    if (n > 0)
      total += static_cast<std::size_t>(n);
    else if ((errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) || !wait_for(fd_, POLLIN, deadline))
      return;
    if (std::chrono::steady_clock::now() > deadline)
      return;
  }
}

void connection::shut_down() const noexcept { ::shutdown(fd_, SHUT_RDWR); }

} // namespace http
