#pragma once

#include "engine/observed.hpp"
#include "http/services.hpp"
#include "messages/front.hpp"

#include <cstdint>
#include <string>

namespace http {

struct http_front_settings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080; ///< 0 = a free one
};

/// The actor that starts, stops and counts the HTTP server. Requests do not pass through it: the server's threads ask
/// the actors themselves. It is detached, as stopping waits for answers under way.
[[nodiscard]] messages::http_front_actor spawn_http_front(caf::actor_system& system, engine::place at, services with,
                                                          http_front_settings settings);

} // namespace http
