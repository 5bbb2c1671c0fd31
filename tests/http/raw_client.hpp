#pragma once

#include <arpa/inet.h>
#include <chrono>
#include <cstdint>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

/// A client that sends the bytes it is told to, for what no library would send.
namespace testing_http {

struct raw_answer {
  int status = 0;
  std::string head; ///< with status line
  std::string body;

  [[nodiscard]] std::string header(std::string_view name) const {
    std::size_t at = 0;
    while ((at = head.find("\r\n", at)) != std::string::npos) {
      at += 2;
      const auto colon = head.find(':', at);
      if (colon == std::string::npos)
        break;
      if (colon - at == name.size()
          && std::equal(name.begin(), name.end(), head.begin() + static_cast<long>(at),
                        [](char a, char b) { return std::tolower(a) == std::tolower(b); }))
        return head.substr(colon + 2, head.find("\r\n", at) - colon - 2);
    }
    return {};
  }
};

class raw_client {
public:
  explicit raw_client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(port);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&a), sizeof a) == 0;
  }
  ~raw_client() { close(); }
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int fd() const { return fd_; }
  void close() {
    if (fd_ >= 0)
      ::close(fd_);
    fd_ = -1;
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0)
        return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  /// One more piece into the buffer; false at the end or after `wait`.
  bool receive(std::chrono::milliseconds wait = std::chrono::seconds(5)) {
    pollfd p{fd_, POLLIN, 0};
    if (::poll(&p, 1, static_cast<int>(wait.count())) <= 0)
      return false;
    char piece[16384];
    const auto n = ::recv(fd_, piece, sizeof piece, 0);
    if (n <= 0) {
      closed_ = true;
      return false;
    }
    buffer.append(piece, static_cast<std::size_t>(n));
    return true;
  }

  /// The next answer with its body by Content-Length; `head_only` for HEAD.
  std::optional<raw_answer> answer(bool head_only = false, std::chrono::milliseconds wait = std::chrono::seconds(5)) {
    while (buffer.find("\r\n\r\n") == std::string::npos)
      if (!receive(wait))
        return std::nullopt;
    raw_answer out;
    const auto end = buffer.find("\r\n\r\n") + 4;
    out.head = buffer.substr(0, end);
    out.status = std::stoi(out.head.substr(9, 3));
    buffer.erase(0, end);
    const auto length = out.header("Content-Length");
    const std::size_t size = head_only || length.empty() ? 0 : std::stoul(length);
    while (buffer.size() < size)
      if (!receive(wait))
        return std::nullopt;
    out.body = buffer.substr(0, size);
    buffer.erase(0, size);
    return out;
  }

  /// Whether the server closes within `wait`; what comes before is kept in the buffer.
  bool is_closed(std::chrono::milliseconds wait = std::chrono::seconds(3)) {
    const auto end = std::chrono::steady_clock::now() + wait;
    while (!closed_ && std::chrono::steady_clock::now() < end)
      receive(std::chrono::milliseconds(50));
    return closed_;
  }

  std::string buffer;

private:
  int fd_;
  bool connected_ = false;
  bool closed_ = false;
};

} // namespace testing_http
