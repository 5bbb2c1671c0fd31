#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace test {

/// One connection of a loopback_server, inside its script. Every wait is bounded.
class peer {
public:
  explicit peer(int fd) : fd_(fd) {}

  [[nodiscard]] int fd() const noexcept { return fd_; }

  /// The next request, head and body (by Content-Length); empty when the other side has closed.
  std::string read_request() {
    while (true) {
      if (const auto head = input_.find("\r\n\r\n"); head != std::string::npos) {
        const auto whole = head + 4 + content_length(input_.substr(0, head));
        if (input_.size() >= whole) {
          auto request = input_.substr(0, whole);
          input_.erase(0, whole);
          return request;
        }
      }
      if (!read_some(std::chrono::seconds{10}))
        return {};
    }
  }

  /// False when the other side is gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0)
        return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// A whole answer.
  bool answer(std::string_view status, std::string_view headers, std::string_view body) {
    return send("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"
                + std::string(headers) + "\r\n" + std::string(body));
  }

  /// Waits until the other side closes its end; false after `limit`.
  bool wait_for_close(std::chrono::milliseconds limit = std::chrono::seconds{10}) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      if (left.count() <= 0)
        return false;
      if (!read_some(left))
        return closed_;
    }
  }

private:
  static std::size_t content_length(const std::string& head) {
    const std::string_view name = "\r\ncontent-length:";
    for (std::size_t at = 0; at + name.size() <= head.size(); ++at) {
      std::size_t same = 0;
      while (same < name.size() && ::tolower(static_cast<unsigned char>(head[at + same])) == name[same])
        ++same;
      if (same == name.size())
        return std::stoul(head.substr(at + name.size()));
    }
    return 0;
  }

  bool read_some(std::chrono::milliseconds limit) {
    pollfd wait{fd_, POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(limit.count())) <= 0)
      return false;
    char buffer[16384];
    const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) {
      closed_ = true;
      return false;
    }
    input_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  int fd_;
  bool closed_ = false;
  std::string input_;
};

/// A server of plain sockets on a loopback address; each connection runs the script on a thread of its own.
class loopback_server {
public:
  using script = std::function<void(peer&)>;

  explicit loopback_server(script each, const std::string& address = "127.0.0.1", std::uint16_t port = 0)
    : address_(address), script_(std::move(each)), listener_(listen_on(address, port)),
      thread_([this] { accept_all(); }) {}
  loopback_server(const loopback_server&) = delete;
  loopback_server& operator=(const loopback_server&) = delete;
  ~loopback_server() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    {
      const std::lock_guard lock(mutex_);
      for (auto& c : connections_)
        ::shutdown(c.fd, SHUT_RDWR);
    }
    for (auto& c : connections_) {
      c.thread.join();
      ::close(c.fd);
    }
    ::close(listener_);
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// `127.0.0.1:4010`
  [[nodiscard]] std::string at() const {
    return (address_.find(':') == std::string::npos ? address_ : '[' + address_ + ']') + ':' + std::to_string(port_);
  }
  [[nodiscard]] std::string url(std::string_view path = "/") const { return "http://" + at() + std::string(path); }
  /// Connections that came in.
  [[nodiscard]] int accepted() const noexcept { return accepted_; }

private:
  struct connection {
    int fd;
    std::thread thread;
  };

  int listen_on(const std::string& address, std::uint16_t port) {
    sockaddr_storage to{};
    socklen_t size = sizeof(sockaddr_in);
    auto& in4 = reinterpret_cast<sockaddr_in&>(to);
    auto& in6 = reinterpret_cast<sockaddr_in6&>(to);
    if (::inet_pton(AF_INET, address.c_str(), &in4.sin_addr) == 1) {
      in4.sin_family = AF_INET;
      in4.sin_port = htons(port);
    } else if (::inet_pton(AF_INET6, address.c_str(), &in6.sin6_addr) == 1) {
      in6.sin6_family = AF_INET6;
      in6.sin6_port = htons(port);
      size = sizeof in6;
    } else {
      throw std::runtime_error("not an address: " + address);
    }
    const int fd = ::socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    if (size == sizeof in6)
      ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&to), size) != 0 || ::listen(fd, 1024) != 0)
      throw std::runtime_error("cannot listen on " + address);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&to), &size);
    port_ = ntohs(to.ss_family == AF_INET ? in4.sin_port : in6.sin6_port);
    return fd;
  }

  void accept_all() {
    while (!stopping_) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0)
        continue;
      ++accepted_;
      const std::lock_guard lock(mutex_);
      auto& c = connections_.emplace_back();
      c.fd = fd;
      c.thread = std::thread([this, fd] {
        peer p(fd);
        script_(p);
        ::shutdown(fd, SHUT_RDWR);
      });
    }
  }

  std::string address_;
  script script_;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::atomic<bool> stopping_{false};
  int listener_;
  std::mutex mutex_;
  std::list<connection> connections_;
  std::thread thread_; ///< last: it uses all of the above
};

} // namespace test
