#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <boost/describe/members.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/pfr/tuple_size.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// One description of a struct (BOOST_DESCRIBE_STRUCT right below it) gives its JSON form, its checked reading with
/// every error at once, and its JSON Schema.
///
/// | C++ | JSON |
/// |---|---|
/// | bool, integers, double, std::string | the same |
/// | described enum | its enumerator's name |
/// | std::optional | null or the value; an absent member reads as empty |
/// | std::vector, std::map<std::string, T> | array, object |
/// | base::timestamp | ISO 8601 text, UTC |
/// | std::chrono::duration | integer count of its own unit; the member's name says which |
/// | trusted_text, untrusted_text | text |
/// | secret | `***` when written; text when read |
/// | boost::json::value | itself |
///
/// A member that is absent keeps its default, an unknown member is an error. What a member must be beyond its type is
/// said by an optional static function `rules()` of the struct (a span of static rules), see field_rule.
namespace base {

namespace json = boost::json;

/// A condition on one member, for reading and for the schema.
struct field_rule {
  std::string_view name;                                       ///< the member
  std::string_view help = {};                                  ///< one line for people: becomes `description`
  bool required = false;                                       ///< must be there
  std::int64_t min = std::numeric_limits<std::int64_t>::min(); ///< least value, bytes of text, or items
  std::int64_t max = std::numeric_limits<std::int64_t>::max(); ///< most
};

/// One thing wrong with a JSON value. `path` is dotted, with indexes: `items[2].name`; empty for the whole.
struct field_error {
  std::string path;
  std::string message;
  friend bool operator==(const field_error&, const field_error&) = default;
};
BOOST_DESCRIBE_STRUCT(field_error, (), (path, message))

using field_errors = std::vector<field_error>;

/// "name: must not be empty; port: must be an integer"
[[nodiscard]] std::string to_string(const field_errors& errors);

/// The one of `known` that is fewest edits away from `name`, for "did you mean …?": at most a third of its length, or one.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view name, std::span<const std::string_view> known);

template <class T>
concept described_struct = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;

template <class T>
concept described_enum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

template <class T>
concept has_rules = requires {
  { T::rules() } -> std::convertible_to<std::span<const field_rule>>;
};

/// The public members of T, as Boost.Describe has them.
template <class T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_public>;

/// Calls f(name, member pointer) for each member, in order. The description must name every member.
template <described_struct T, class F>
constexpr void for_each_member(F&& f) {
  static_assert(boost::mp11::mp_size<members_of<T>>::value == boost::pfr::tuple_size_v<T>,
                "the description forgets a member");
  boost::mp11::mp_for_each<members_of<T>>([&](auto member) { f(std::string_view{member.name}, member.pointer); });
}

template <described_enum E>
[[nodiscard]] constexpr std::string_view enum_name(E value) noexcept {
  return boost::describe::enum_to_string(value, "?");
}

template <described_enum E>
[[nodiscard]] std::optional<E> enum_value(std::string_view name) noexcept {
  std::optional<E> out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto e) {
    if (name == e.name)
      out = e.value;
  });
  return out;
}

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_text_map = false;
template <class T>
inline constexpr bool is_text_map<std::map<std::string, T>> = true;
template <class T>
inline constexpr bool is_duration = false;
template <class R, class P>
inline constexpr bool is_duration<std::chrono::duration<R, P>> = true;

template <class T>
concept text_like = std::same_as<T, std::string> || std::same_as<T, trusted_text> || std::same_as<
  T, untrusted_text> || std::same_as<T, secret>;

template <class T>
[[nodiscard]] const field_rule* rule_for(std::string_view name) {
  if constexpr (has_rules<T>) {
    using answer = decltype(T::rules());
    static_assert(std::is_reference_v<answer> || std::same_as<answer, std::span<const field_rule>>,
                  "rules() must answer a span of, or a reference to, something static: it is kept");
    for (const field_rule& rule : std::span<const field_rule>{T::rules()})
      if (rule.name == name)
        return &rule;
  }
  return nullptr;
}

// The readers that do not depend on a struct live in described.cpp. Each adds to `errors` and answers false.
bool read_bool(const json::value& in, bool& out, const std::string& path, field_errors& errors);
/// `out` holds the bits; where `high` is above the int64 range, they are those of an unsigned number.
bool read_integer(const json::value& in, std::int64_t low, std::uint64_t high, std::int64_t& out,
                  const std::string& path, field_errors& errors);
bool read_double(const json::value& in, double& out, const std::string& path, field_errors& errors);
bool read_text(const json::value& in, std::string& out, const std::string& path, field_errors& errors);
bool read_timestamp(const json::value& in, timestamp& out, const std::string& path, field_errors& errors);
void report_unknown(std::string_view name, std::span<const std::string_view> known, const std::string& path,
                    field_errors& errors);
void check_rule(const field_rule& rule, std::int64_t size_or_value, std::string_view noun, const std::string& path,
                field_errors& errors);
/// The same for a number that need not be whole.
void check_number(const field_rule& rule, double value, const std::string& path, field_errors& errors);
void add_rule_to_schema(const field_rule& rule, json::object& schema);
[[nodiscard]] std::string join_path(const std::string& path, std::string_view name);

} // namespace detail

template <class T>
[[nodiscard]] json::value to_json(const T& value);

template <class T>
bool read_json(const json::value& in, T& out, const std::string& path, field_errors& errors);

template <class T>
[[nodiscard]] json::object json_schema();

/// The JSON form of any type of the table above.
template <class T>
json::value to_json(const T& value) {
  using namespace detail;
  if constexpr (std::same_as<T, json::value>) {
    return value;
  } else if constexpr (std::same_as<T, json::object> || std::same_as<T, json::array>) {
    return json::value(value);
  } else if constexpr (std::same_as<T, bool>) {
    return json::value(value);
  } else if constexpr (std::integral<T>) {
    if constexpr (std::is_signed_v<T>)
      return json::value(static_cast<std::int64_t>(value));
    else
      return json::value(static_cast<std::uint64_t>(value));
  } else if constexpr (std::floating_point<T>) {
    return json::value(static_cast<double>(value));
  } else if constexpr (std::same_as<T, std::string>) {
    return json::value(json::string_view(value));
  } else if constexpr (std::same_as<T, trusted_text> || std::same_as<T, untrusted_text>) {
    return json::value(json::string_view(value.str()));
  } else if constexpr (std::same_as<T, secret>) {
    return json::value("***");
  } else if constexpr (std::same_as<T, timestamp>) {
    return json::value(json::string_view(to_iso8601(value)));
  } else if constexpr (is_duration<T>) {
    return json::value(static_cast<std::int64_t>(value.count()));
  } else if constexpr (is_optional<T>) {
    return value ? to_json(*value) : json::value(nullptr);
  } else if constexpr (is_vector<T>) {
    json::array out;
    out.reserve(value.size());
    for (const auto& item : value)
      out.push_back(to_json(item));
    return out;
  } else if constexpr (is_text_map<T>) {
    json::object out;
    for (const auto& [key, item] : value)
      out.emplace(key, to_json(item));
    return out;
  } else if constexpr (described_enum<T>) {
    const auto name = enum_name(value);
    return json::value(json::string_view(name.data(), name.size()));
  } else {
    static_assert(described_struct<T>, "this type has no JSON form");
    json::object out;
    for_each_member<T>([&](std::string_view name, auto member) { out.emplace(name, to_json(value.*member)); });
    return out;
  }
}

/// Reads `in` into `out`; every error is added to `errors` with its path, and the answer is whether there was none.
template <class T>
bool read_json(const json::value& in, T& out, const std::string& path, field_errors& errors) {
  using namespace detail;
  const auto before = errors.size();
  if constexpr (std::same_as<T, json::value>) {
    out = in;
  } else if constexpr (std::same_as<T, json::object>) {
    if (const auto* object = in.if_object())
      out = *object;
    else
      errors.push_back({path, "must be an object"});
  } else if constexpr (std::same_as<T, bool>) {
    read_bool(in, out, path, errors);
  } else if constexpr (std::integral<T>) {
    std::int64_t wide = 0;
    if (read_integer(in, static_cast<std::int64_t>(std::numeric_limits<T>::min()),
                     static_cast<std::uint64_t>(std::numeric_limits<T>::max()), wide, path, errors))
      out = static_cast<T>(wide);
  } else if constexpr (std::floating_point<T>) {
    double wide = 0;
    if (read_double(in, wide, path, errors))
      out = static_cast<T>(wide);
  } else if constexpr (text_like<T>) {
    std::string text;
    if (read_text(in, text, path, errors))
      out = T(std::move(text));
  } else if constexpr (std::same_as<T, timestamp>) {
    read_timestamp(in, out, path, errors);
  } else if constexpr (is_duration<T>) {
    std::int64_t count = 0;
    if (read_integer(in, 0, std::numeric_limits<std::int64_t>::max(), count, path, errors))
      out = T(static_cast<typename T::rep>(count));
  } else if constexpr (is_optional<T>) {
    if (in.is_null()) {
      out.reset();
    } else {
      typename T::value_type value{};
      if (read_json(in, value, path, errors))
        out = std::move(value);
    }
  } else if constexpr (is_vector<T>) {
    const auto* array = in.if_array();
    if (array == nullptr) {
      errors.push_back({path, "must be an array"});
      return false;
    }
    out.clear();
    for (std::size_t i = 0; i < array->size(); ++i) {
      typename T::value_type item{};
      read_json((*array)[i], item, path + '[' + std::to_string(i) + ']', errors);
      out.push_back(std::move(item));
    }
  } else if constexpr (is_text_map<T>) {
    const auto* object = in.if_object();
    if (object == nullptr) {
      errors.push_back({path, "must be an object"});
      return false;
    }
    out.clear();
    for (const auto& [key, item] : *object) {
      typename T::mapped_type value{};
      read_json(item, value, join_path(path, std::string_view(key.data(), key.size())), errors);
      out.emplace(std::string(key), std::move(value));
    }
  } else if constexpr (described_enum<T>) {
    const auto* text = in.if_string();
    if (text == nullptr) {
      errors.push_back({path, "must be text"});
    } else if (const auto value = enum_value<T>(std::string_view(text->data(), text->size()))) {
      out = *value;
    } else {
      std::string choices;
      boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto e) {
        choices += choices.empty() ? "" : ", ";
        choices += e.name;
      });
      errors.push_back({path, "must be one of " + choices});
    }
  } else {
    static_assert(described_struct<T>, "this type has no JSON form");
    const auto* object = in.if_object();
    if (object == nullptr) {
      errors.push_back({path, "must be an object"});
      return false;
    }
    static const std::vector<std::string_view> known = [] {
      std::vector<std::string_view> names;
      for_each_member<T>([&](std::string_view name, auto) { names.push_back(name); });
      return names;
    }();
    for (const auto& item : *object) {
      const std::string_view key(item.key().data(), item.key().size());
      if (std::ranges::find(known, key) == known.end())
        report_unknown(key, known, path, errors);
    }
    for_each_member<T>([&](std::string_view name, auto member) {
      const auto* rule = rule_for<T>(name);
      const auto* value = object->if_contains(name);
      auto& target = out.*member;
      using member_type = std::remove_cvref_t<decltype(target)>;
      const auto member_path = join_path(path, name);
      if (value == nullptr) {
        if (rule != nullptr && rule->required)
          errors.push_back({member_path, "is required"});
        return;
      }
      if (!read_json(*value, target, member_path, errors) || rule == nullptr)
        return;
      if constexpr (std::same_as<member_type, std::string>)
        check_rule(*rule, static_cast<std::int64_t>(target.size()), "bytes", member_path, errors);
      else if constexpr (std::same_as<member_type, std::optional<std::string>>) {
        if (target)
          check_rule(*rule, static_cast<std::int64_t>(target->size()), "bytes", member_path, errors);
      } else if constexpr (std::same_as<member_type, trusted_text> || std::same_as<member_type, untrusted_text>)
        check_rule(*rule, static_cast<std::int64_t>(target.str().size()), "bytes", member_path, errors);
      else if constexpr (std::same_as<member_type, secret>)
        check_rule(*rule, static_cast<std::int64_t>(target.reveal().size()), "bytes", member_path, errors);
      else if constexpr (std::integral<member_type> && !std::same_as<member_type, bool>)
        check_rule(*rule,
                   std::in_range<std::int64_t>(target) ? static_cast<std::int64_t>(target)
                                                       : std::numeric_limits<std::int64_t>::max(),
                   "", member_path, errors);
      else if constexpr (std::floating_point<member_type>)
        check_number(*rule, target, member_path, errors);
      else if constexpr (is_optional<member_type>) {
        if constexpr (std::integral<
                        typename member_type::value_type> && !std::same_as<typename member_type::value_type, bool>) {
          if (target)
            check_rule(*rule, static_cast<std::int64_t>(*target), "", member_path, errors);
        } else if constexpr (std::floating_point<typename member_type::value_type>) {
          if (target)
            check_number(*rule, *target, member_path, errors);
        }
      } else if constexpr (is_vector<member_type>)
        check_rule(*rule, static_cast<std::int64_t>(target.size()), "items", member_path, errors);
    });
  }
  return errors.size() == before;
}

/// A value read from JSON, or all that is wrong with it in `errors`.
template <class T>
[[nodiscard]] std::optional<T> from_json(const json::value& in, field_errors& errors) {
  T out{};
  if (read_json(in, out, {}, errors))
    return out;
  return std::nullopt;
}

/// The JSON Schema (2020-12) of any type of the table above. A member without `required` is optional.
template <class T>
json::object json_schema() {
  using namespace detail;
  if constexpr (std::same_as<T, json::value>) {
    return {};
  } else if constexpr (std::same_as<T, json::object>) {
    return {{"type", "object"}};
  } else if constexpr (std::same_as<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::integral<T> || is_duration<T>) {
    return {{"type", "integer"}};
  } else if constexpr (std::floating_point<T>) {
    return {{"type", "number"}};
  } else if constexpr (text_like<T>) {
    return {{"type", "string"}};
  } else if constexpr (std::same_as<T, timestamp>) {
    return {{"type", "string"}, {"format", "date-time"}};
  } else if constexpr (is_optional<T>) {
    auto inner = json_schema<typename T::value_type>();
    if (auto* type = inner.if_contains("type"); type != nullptr && type->is_string() && !inner.contains("enum")) {
      *type = json::array{*type, "null"};
      return inner;
    }
    return {{"anyOf", json::array{inner, {{"type", "null"}}}}};
  } else if constexpr (is_vector<T>) {
    return {{"type", "array"}, {"items", json_schema<typename T::value_type>()}};
  } else if constexpr (is_text_map<T>) {
    return {{"type", "object"}, {"additionalProperties", json_schema<typename T::mapped_type>()}};
  } else if constexpr (described_enum<T>) {
    json::array names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto e) { names.emplace_back(e.name); });
    return {{"type", "string"}, {"enum", names}};
  } else {
    static_assert(described_struct<T>, "this type has no JSON form");
    json::object properties;
    json::array required;
    for_each_member<T>([&](std::string_view name, auto member) {
      using member_type = std::remove_cvref_t<decltype(std::declval<T>().*member)>;
      auto schema = json_schema<member_type>();
      if (const auto* rule = rule_for<T>(name)) {
        add_rule_to_schema(*rule, schema);
        if (rule->required)
          required.emplace_back(json::string_view(name));
      }
      properties.emplace(name, std::move(schema));
    });
    json::object out{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!required.empty())
      out.emplace("required", std::move(required));
    return out;
  }
}

/// The JSON form as one line: for logs, the dashboard and recordings. Secrets print as `***`.
[[nodiscard]] std::string to_line(const json::value& value);

template <class T>
[[nodiscard]] std::string print(const T& value) {
  return to_line(to_json(value));
}

/// Parses JSON text; at most 32 levels deep. On a fault the answer is empty and `error` says what and where.
[[nodiscard]] std::optional<json::value> parse_json(std::string_view text, std::string& error);

/// Makes every text and every member's name in `value` clean UTF-8 (see to_clean_utf8), so that PostgreSQL takes it: JSON may
/// say `\u0000`, jsonb may not.
void clean_json(json::value& value);

/// `target` changed by `patch` as RFC 7396 (JSON Merge Patch) says.
void merge_json(json::value& target, const json::value& patch);

} // namespace base
