#pragma once

#include "base/secret.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// One outgoing HTTP request and what comes of it.
namespace net {

/// Who chose the address. Connections are never shared between the two, as what one may reach the other may not.
enum class trust {
  provider, ///< an administrator configured it: any address, no redirects
  open      ///< a model, a user, a feed or a hook named it: public addresses only, every redirect is judged anew
};

struct header {
  std::string name;
  std::string value;
};

/// A header that holds a credential: it is dropped as soon as a redirect leads to another origin.
struct credential {
  std::string name;
  std::string prefix; ///< `Bearer ` or nothing
  base::secret value;
};

/// Bounds of one transfer; reaching one ends it with a failure that names it.
struct bounds {
  std::chrono::milliseconds connect{10'000};    ///< name, connection and TLS; starts anew with each redirect
  std::chrono::milliseconds first_byte{60'000}; ///< from the connection to the first byte of the answer
  std::chrono::milliseconds idle{60'000};       ///< between two pieces
  std::chrono::milliseconds total{120'000};     ///< 0 = no limit
  std::uint64_t bytes = 8 * 1024 * 1024;        ///< of the body after decompression
  int redirects = 5;                            ///< trust::open only; 0 = the redirect itself is the answer
};

struct request {
  net::trust trust = net::trust::open;
  std::string method = "GET";
  std::string url;
  std::vector<header> headers;
  std::vector<credential> credentials;
  std::string body;
  net::bounds bounds;
  bool of_run = false; ///< a run's model or tool call: not sent while engine_settings::hold says so
  /// Asked where a redirect leads before it is followed, with the whole address as it would be connected to: false refuses
  /// it. Empty = wherever the guard lets it. On the engine's thread; must not block or throw.
  std::function<bool(std::string_view url)> follow = {};
};

/// The last answer's head (redirects that were followed are not seen).
struct head {
  int status = 0;
  std::vector<header> headers; ///< names in lower case
  std::string url;             ///< where it came from, after redirects
};

enum class fault {
  none,
  invalid_url, ///< cannot be parsed, or its scheme, port or user part is not allowed
  refused,     ///< the guard: an address that may not be reached, or a host that is not allowed
  unresolved,  ///< the name has no address
  unreachable, ///< no connection
  tls,         ///< the certificate or the handshake
  timeout,     ///< one of the bounds of time; `message` says which
  too_large,   ///< bounds::bytes
  too_many_redirects,
  broken,         ///< the connection was lost, or the answer is not HTTP
  cancelled,      ///< by the caller or by the end of the program
  overloaded,     ///< too many transfers are open; nothing was sent
  held,           ///< engine_settings::hold; nothing was sent
  invalid_request ///< a method, header or body that cannot be sent; nothing was
};

/// How a transfer ended. With an answer of any status the fault is none.
struct outcome {
  net::fault fault = net::fault::none;
  std::string message;   ///< one sentence for a person, without credentials
  bool answered = false; ///< a head had come
};

/// Called on the engine's thread, in order: head at most once, pieces, end exactly once. None may block or throw; any may
/// be empty. Pieces are decompressed already, whatever the head's `content-encoding` says.
struct listener {
  std::function<void(net::head)> head;
  std::function<void(std::string_view bytes)> piece;
  std::function<void(net::outcome)> end;
};

/// A whole answer, for who waits for it.
struct response {
  net::outcome outcome;
  net::head head;
  std::string body;

  /// The first header of that lower-case name.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
    for (const auto& h : head.headers)
      if (h.name == name)
        return h.value;
    return std::nullopt;
  }
};

} // namespace net
