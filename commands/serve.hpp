#pragma once

#include "config/start_settings.hpp"

#include <functional>

namespace caf {
class actor_system;
} // namespace caf

namespace actors {
struct engine_tree;
} // namespace actors

namespace commands {

/// Puts more actors into the tree before the server listens, each also into `all`, so that it ends with the rest.
using tree_extension = std::function<void(caf::actor_system&, actors::engine_tree&)>;

/// Runs the server until SIGTERM or SIGINT; answers the exit code. Prints `listening on http://HOST:PORT`.
/// `extend`: what a test adds to the engine; the program itself adds nothing.
int serve(const config::sourced_settings& sourced, const tree_extension& extend = {});

} // namespace commands
