#include "http/server/parking_lot.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace http {
namespace {

constexpr int check_interval_ms = 100; // how late an overdue connection may be closed

} // namespace

parking_lot::parking_lot(hand_back back) : back_(std::move(back)) {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_;
  if (epoll_ < 0 || wake_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll");
  thread_ = std::thread([this] { watch(); });
}

parking_lot::~parking_lot() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  const std::uint64_t one = 1;
  if (::write(wake_, &one, sizeof one) < 0) {
    // full counter: the thread is awake anyway
  }
  thread_.join();
  places_.clear();
  ::close(epoll_);
  ::close(wake_);
}

void parking_lot::park(std::shared_ptr<connection> c, steady_time until) {
  const int fd = c->fd();
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_)
      return;
    first = places_.empty();
    const bool known = std::exchange(c->registered, true);
    places_.insert_or_assign(fd, place{std::move(c), until});
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) != 0) {
      places_.erase(fd); // closes it
      return;
    }
  }
  if (first) { // the thread sleeps without a limit while the lot is empty
    const std::uint64_t one = 1;
    if (::write(wake_, &one, sizeof one) < 0) {
    }
  }
}

std::size_t parking_lot::size() const {
  const std::lock_guard lock(mutex_);
  return places_.size();
}

void parking_lot::close_overdue() {
  std::vector<std::shared_ptr<connection>> overdue;
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  for (auto i = places_.begin(); i != places_.end();) {
    if (i->second.until <= now) {
      overdue.push_back(std::move(i->second.c));
      i = places_.erase(i);
    } else {
      ++i;
    }
  }
}

void parking_lot::watch() {
  std::array<epoll_event, 64> events;
  auto next_check = std::chrono::steady_clock::now();
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_)
        return;
    }
    const int n
      = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), size() == 0 ? -1 : check_interval_ms);
    for (int i = 0; i < n; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == wake_) {
        std::uint64_t count = 0;
        if (::read(wake_, &count, sizeof count) < 0) {
        }
        continue;
      }
      std::shared_ptr<connection> c;
      {
        const std::lock_guard lock(mutex_);
        const auto found = places_.find(fd);
        if (found == places_.end())
          continue;
        c = std::move(found->second.c);
        places_.erase(found);
      }
      back_(std::move(c));
    }
    if (const auto now = std::chrono::steady_clock::now(); now >= next_check) {
      close_overdue();
      next_check = now + std::chrono::milliseconds(check_interval_ms);
    }
  }
}

} // namespace http
