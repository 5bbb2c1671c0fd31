#pragma once

#include "base/described.hpp"

#include <string_view>
#include <typeinfo>

namespace caf {
class actor_system_config;
}

namespace messages {

/// Tells CAF of every message type of this program and how its errors read.
void register_all(caf::actor_system_config& config);

/// The plain name of a message type: `start_run`. Empty for types that are not messages of this program.
[[nodiscard]] std::string_view name_of(const std::type_info& type) noexcept;

/// The JSON Schema of every message that is data, by name: what `GET /api/messages/schema` answers.
[[nodiscard]] boost::json::object schemas();

} // namespace messages
