#pragma once

#include <boost/json/value.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

/// Reading JSON from outside, where any member may be missing or of another type.
namespace models {

namespace json = boost::json;

/// The member as text; empty if it is none.
[[nodiscard]] inline std::string_view text_at(const json::object& in, std::string_view name) {
  const auto* value = in.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view{} : std::string_view(text->data(), text->size());
}

[[nodiscard]] inline const json::object* object_at(const json::object& in, std::string_view name) {
  const auto* value = in.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

[[nodiscard]] inline const json::array* array_at(const json::object& in, std::string_view name) {
  const auto* value = in.if_contains(name);
  return value == nullptr ? nullptr : value->if_array();
}

/// The member as a number; nothing if it is none, or not finite.
[[nodiscard]] inline std::optional<double> number_at(const json::object& in, std::string_view name) {
  const auto* value = in.if_contains(name);
  if (value == nullptr || !value->is_number())
    return std::nullopt;
  const auto number = value->to_number<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

/// The member as a count of tokens; nothing if it is none, negative or absurd.
[[nodiscard]] inline std::optional<std::int64_t> count_at(const json::object& in, std::string_view name) {
  constexpr double most = 1e12;
  const auto number = number_at(in, name);
  if (!number || *number < 0 || *number > most)
    return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

[[nodiscard]] inline bool true_at(const json::object& in, std::string_view name) {
  const auto* value = in.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

} // namespace models
