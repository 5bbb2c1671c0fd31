#pragma once

#include "engine/observed.hpp"
#include "http/guarded_server.hpp"
#include "http/services.hpp"
#include "messages/front.hpp"

namespace http {

/// Spawns the actor at `/front/http_front`: it starts, stops and counts the server. Requests do not pass through it;
/// their threads ask the actors that they need. It has a thread of its own, as stopping waits for answers under way.
[[nodiscard]] messages::http_front_actor spawn_http_front(caf::actor_system& system, engine::place at, services with,
                                                          server_settings settings);

} // namespace http
