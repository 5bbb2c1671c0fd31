#pragma once

#include "base/described.hpp"

#include <cstdint>
#include <string_view>

namespace caf {
class actor_system_config;
}

namespace messages {

/// Tells CAF of every message type of this program and how its errors read.
void register_all(caf::actor_system_config& config);

/// The plain name of a message type by CAF's number: `start_run`. Empty for CAF's own types and unknown numbers.
[[nodiscard]] std::string_view name_of(std::uint16_t type_number) noexcept;

/// The JSON Schema of every message that is data, by name: what `GET /api/messages/schema` answers.
[[nodiscard]] boost::json::object schemas();

} // namespace messages
