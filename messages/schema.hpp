#pragma once

#include "base/described.hpp"

#include <optional>
#include <string_view>
#include <typeinfo>
#include <vector>

namespace caf {
class actor_system_config;
class type_erased_tuple;
}

namespace messages {

/// Tells CAF of every message type of this program and how its errors read.
void register_all(caf::actor_system_config& config);

/// The plain name of a message type: `start_run`. Empty for types that are not messages of this program.
[[nodiscard]] std::string_view name_of(const std::type_info& type) noexcept;

/// The plain names of all messages, in order.
[[nodiscard]] const std::vector<std::string_view>& message_names();

/// The JSON form of a message that is one value of a type that is data; secrets are `***`. Empty for any other.
[[nodiscard]] std::optional<boost::json::value> to_json(const caf::type_erased_tuple& content);

/// The JSON Schema of every message that is data, by name: what `GET /api/messages/schema` answers.
[[nodiscard]] boost::json::object schemas();

} // namespace messages
