#pragma once

#include "base/described.hpp"
#include "base/errc.hpp"
#include "messages/records/run.hpp"

#include <boost/json/serialize.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace storage {

/// Bytes that go to the server in binary form.
struct binary {
  std::string bytes;
};

/// One value of a statement: NULL, text form, or binary form.
using parameter = std::variant<std::nullptr_t, std::string, binary>;

/// Enums are TEXT (their enumerator's name) unless they say otherwise here.
template <class E>
inline constexpr bool stored_as_number = false;
template <>
inline constexpr bool stored_as_number<records::run_priority> = true; // SMALLINT, part of an index

/// The text form in which PostgreSQL takes a C++ value: bool, numbers, text types, described enums,
/// timestamps (ISO 8601), durations (count), std::optional (NULL), and everything else that has a JSON form as JSON.
template <class T>
[[nodiscard]] parameter to_parameter(const T& value) {
  using U = std::remove_cvref_t<T>;
  if constexpr (std::same_as<U, parameter> || std::same_as<U, std::nullptr_t> || std::same_as<U, binary>) {
    return parameter(value);
  } else if constexpr (base::detail::is_optional<U>) {
    return value ? to_parameter(*value) : parameter(nullptr);
  } else if constexpr (std::same_as<U, bool>) {
    return std::string(value ? "t" : "f");
  } else if constexpr (std::is_arithmetic_v<U>) {
    if constexpr (std::is_floating_point_v<U>)
      return boost::json::serialize(boost::json::value(static_cast<double>(value)));
    else
      return std::to_string(value);
  } else if constexpr (std::is_convertible_v<const U&, std::string_view>) {
    return std::string(std::string_view(value));
  } else if constexpr (std::same_as<U, base::trusted_text> || std::same_as<U, base::untrusted_text>) {
    return value.str();
  } else if constexpr (std::same_as<U, base::secret>) {
    return std::string(value.reveal());
  } else if constexpr (std::same_as<U, base::timestamp>) {
    return base::to_iso8601(value);
  } else if constexpr (base::detail::is_duration<U>) {
    return std::to_string(value.count());
  } else if constexpr (base::described_enum<U>) {
    if constexpr (stored_as_number<U>)
      return std::to_string(static_cast<int>(value));
    else
      return std::string(base::enum_name(value));
  } else {
    return boost::json::serialize(base::to_json(value));
  }
}

template <class... Args>
[[nodiscard]] std::vector<parameter> to_parameters(const Args&... args) {
  std::vector<parameter> out;
  out.reserve(sizeof...(args));
  (out.push_back(to_parameter(args)), ...);
  return out;
}

} // namespace storage
