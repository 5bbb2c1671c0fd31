#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a handler is given and what it answers.
namespace http {

class connection;
class body_waits;

/// One header of a request, as sent: nothing in it is decoded.
struct header_field {
  std::string_view name;
  std::string_view value; ///< without the blanks around it
};

/// Why a body could not be read. After any of them the connection is closed.
enum class body_fault {
  too_large, ///< 413; with Content-Length known before a byte was read
  malformed, ///< 400: wrong chunk framing
  too_slow,  ///< 408: not whole within the time limit
  too_many,  ///< 503: too many bodies are waited for already
  gone       ///< the client is gone; nobody reads an answer
};

/// A request whose head was read and checked; its body waits in the socket until read_body. Lives as long as its
/// handler runs, on that thread.
class request {
public:
  std::string_view method;
  std::string_view target; ///< as sent: path and query
  std::string path;        ///< percent-decoded; valid UTF-8 without control characters
  std::string_view query;  ///< behind the `?`, as sent
  int minor_version = 1;   ///< of HTTP/1.x
  bool has_body = false;   ///< announced, perhaps empty when chunked

  /// The first header of that name, in any case; empty if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
  [[nodiscard]] bool has_header(std::string_view name) const noexcept;
  [[nodiscard]] const std::vector<header_field>& headers() const noexcept { return headers_; }
  /// The first value of that name in the query, decoded.
  [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;
  /// The address at the other end of the socket, without port; an IPv4 address mapped into IPv6 as IPv4.
  [[nodiscard]] const std::string& peer() const noexcept { return *peer_; }

  /// Reads the whole body into `out`, at most `limit` bytes. May be called once. Without it the body stays unread and
  /// the connection is closed after the answer, so that no byte of it is ever taken for a request.
  [[nodiscard]] std::optional<body_fault> read_body(std::string& out, std::size_t limit);

private:
  friend class guarded_server;
  friend struct head_parser;
  std::vector<header_field> headers_;
  const std::string* peer_ = nullptr;
  connection* connection_ = nullptr;
  std::optional<std::uint64_t> content_length_;
  bool chunked_ = false;
  bool expects_continue_ = false;
  bool body_read_ = false;
  std::chrono::milliseconds body_time_{30'000};
  body_waits* waits_ = nullptr;
};

/// Where a stream writes.
class stream_sink {
public:
  virtual ~stream_sink() = default;
  /// Sends at once; false when the client is gone, too slow, or the server stops. The stream then ends.
  virtual bool write(std::string_view bytes) = 0;
  /// Whether there is nobody left to write to, or the server stops.
  [[nodiscard]] virtual bool closed() = 0;
};

/// An answer. With `stream` the head is sent at once, then the function writes until it returns.
struct response {
  int status = 200;
  std::string content_type; ///< empty: none
  std::string body;
  std::string_view fixed_body; ///< in place of `body`: bytes that live as long as the program
  std::vector<std::pair<std::string, std::string>> headers; ///< Content-Length, Connection and Date are the server's
  std::string_view fixed_head; ///< further header lines, each with CRLF: bytes that live as long as the program
  std::function<void(stream_sink&)> stream;
  bool close = false; ///< close the connection afterwards
};

[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;
/// The standard phrase of a status: `Not Found`.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

} // namespace http
