#pragma once

#include "engine/observed.hpp"

#include <memory>
#include <string>

namespace actors {

/// What every actor of the tree is spawned with.
struct tree {
  std::shared_ptr<engine::registry> registry;
  messages::guardian_actor guardian;

  /// A place for an actor that lives with the server and starts afresh after a failure.
  [[nodiscard]] engine::place at(std::string path, std::string kind) const {
    return {registry, std::move(path), std::move(kind), engine::lifetime::server, guardian};
  }
  /// A place for an actor that lives as long as its work.
  [[nodiscard]] engine::place work(std::string path, std::string kind) const {
    return {registry, std::move(path), std::move(kind), engine::lifetime::work, {}};
  }
};

} // namespace actors
