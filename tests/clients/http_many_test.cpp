#include "tests/clients/http_fixture.hpp"

#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <filesystem>
#include <iterator>
#include <latch>
#include <mutex>
#include <thread>

using namespace std::chrono_literals;
using net::fault;
using net::trust;

namespace {

constexpr int streams = 2'000;

/// Keeps every connection open on one thread, and sends to all of them when it is told to.
class stream_server {
public:
  stream_server() {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&at), size) != 0 || ::listen(listener_, 4096) != 0)
      throw std::runtime_error("cannot listen");
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  stream_server(const stream_server&) = delete;
  stream_server& operator=(const stream_server&) = delete;
  ~stream_server() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (const int fd : clients_)
      ::close(fd);
    ::close(listener_);
    ::close(epoll_);
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + '/'; }
  void send_to_all(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    for (const int fd : clients_)
      ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  std::atomic<int> closed{0};

private:
  void watch(int fd) {
    epoll_event e{};
    e.events = EPOLLIN;
    e.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &e);
  }
  void run() {
    watch(listener_);
    epoll_event events[64];
    while (!stopping_) {
      const int count = ::epoll_wait(epoll_, events, 64, -1);
      for (int i = 0; i < count && !stopping_; ++i) {
        const int fd = events[i].data.fd;
        if (fd == listener_) {
          const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
          if (client >= 0)
            watch(client);
          continue;
        }
        char buffer[4096];
        const auto got = ::recv(fd, buffer, sizeof buffer, 0);
        if (got > 0) { // a request, whole in one piece
          {
            const std::lock_guard lock(mutex_);
            clients_.push_back(fd);
          }
          const std::string_view head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
          ::send(fd, head.data(), head.size(), MSG_NOSIGNAL);
        } else {
          ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
          ++closed;
          closed.notify_all();
        }
      }
    }
  }

  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<int> clients_;
  std::thread thread_;
};

/// CPU time of the calling thread.
std::chrono::nanoseconds thread_cpu() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
}

std::ptrdiff_t threads_of_this_process() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), std::filesystem::directory_iterator());
}

class HttpMany : public test::http_test {};

} // namespace

TEST_F(HttpMany, two_thousand_streams_need_one_thread_and_no_time_while_nothing_comes) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 3 * streams);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 2 * streams + 100)
    GTEST_SKIP() << "needs " << 2 * streams + 100 << " descriptors";

  stream_server server;
  const auto engine = std::make_unique<net::engine>();
  const auto threads_before = threads_of_this_process();
  std::latch heads(streams);
  std::latch first_pieces(streams);
  std::latch second_pieces(streams);
  std::latch ends(streams);
  std::atomic<int> wrong{0};
  std::chrono::nanoseconds cpu_after_first{};
  std::chrono::nanoseconds cpu_before_second{};
  std::vector<net::transfer_id> ids;
  int firsts = 0; // the engine's thread's own, as the three above
  int seconds = 0;
  for (int i = 0; i < streams; ++i) {
    net::listener who;
    who.head = [&](const net::head&) { heads.count_down(); };
    who.piece = [&](std::string_view bytes) {
      if (bytes == "one") {
        if (++firsts == streams)
          cpu_after_first = thread_cpu();
        first_pieces.count_down();
      } else {
        if (++seconds == 1)
          cpu_before_second = thread_cpu();
        second_pieces.count_down();
      }
    };
    who.end = [&](const net::outcome& how) {
      if (how.fault != fault::cancelled)
        ++wrong;
      ends.count_down();
    };
    ids.push_back(engine->submit(get(server.url(), trust::provider), std::move(who)));
  }
  heads.wait();
  EXPECT_LE(threads_of_this_process(), threads_before); // one of a resolver before us may have ended
  EXPECT_EQ(engine->counters().open, static_cast<std::uint64_t>(streams));
  server.send_to_all("one");
  first_pieces.wait();
  const auto idle = 300ms;
  EXPECT_FALSE(test::heard{}.wait_for_end_within(idle)); // nothing comes
  server.send_to_all("two");
  second_pieces.wait();
  EXPECT_LT(cpu_before_second - cpu_after_first, idle / 5); // a timer of each stream may still be due, once
  for (const auto id : ids)
    engine->cancel(id);
  ends.wait();
  EXPECT_EQ(wrong, 0);
  for (int now = server.closed; now < streams; now = server.closed)
    server.closed.wait(now);
  EXPECT_EQ(engine->counters().open, 0U);
}
