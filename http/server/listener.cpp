#include "http/server/listener.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>

namespace http {
namespace {

constexpr int backlog = 1024; // connects that wait while the acceptor is busy

std::string address_of(const sockaddr_storage& a) {
  char text[INET6_ADDRSTRLEN] = {};
  if (a.ss_family == AF_INET)
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(a).sin_addr, text, sizeof text);
  else if (a.ss_family == AF_INET6)
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(a).sin6_addr, text, sizeof text);
  return normal_address(text);
}

} // namespace

std::string normal_address(const std::string& address) {
  constexpr std::string_view mapped = "::ffff:";
  if (address.starts_with(mapped) && address.find('.') != std::string::npos)
    return address.substr(mapped.size());
  return address;
}

listener::~listener() {
  if (const int fd = fd_.exchange(-1); fd >= 0)
    ::close(fd);
}

base::result<std::uint16_t> listener::open(const std::string& host, std::uint16_t port,
                                           std::chrono::milliseconds receive_wait) {
  receive_wait_ = receive_wait;
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int e = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); e != 0)
    return base::fail(base::errc::invalid,
                      fmt::format("{} is not an address of this machine: {}", host, ::gai_strerror(e)));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  int fault = EADDRNOTAVAIL;
  for (const auto* a = found; a != nullptr; a = a->ai_next) {
    const int fd = ::socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    if (fd < 0) {
      fault = errno;
      continue;
    }
    const int on = 1;
    const int off = 0;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // accepted sockets inherit it
    if (a->ai_family == AF_INET6)
      ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (::bind(fd, a->ai_addr, a->ai_addrlen) != 0 || ::listen(fd, backlog) != 0) {
      fault = errno;
      ::close(fd);
      continue;
    }
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
    fd_ = fd;
    return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(bound).sin_port);
  }
  return base::fail(fault == EADDRINUSE ? base::errc::conflict : base::errc::invalid,
                    fmt::format("cannot listen on {} port {}: {}", host, port, std::strerror(fault)));
}

std::optional<listener::accepted> listener::accept() {
  while (!closing_) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int fd = ::accept4(fd_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC);
    if (fd < 0) {
      if (closing_ || errno == EBADF || errno == EINVAL)
        return std::nullopt;
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      continue;
    }
    timeval wait{};
    wait.tv_usec = static_cast<suseconds_t>(receive_wait_.count() * 1000);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    return accepted{fd, address_of(peer)};
  }
  return std::nullopt;
}

void listener::close() noexcept {
  closing_ = true;
  if (const int fd = fd_; fd >= 0)
    ::shutdown(fd, SHUT_RDWR); // wakes accept(); the descriptor is closed by the destructor, when nobody uses it
}

} // namespace http
