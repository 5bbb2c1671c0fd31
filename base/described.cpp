#include "base/described.hpp"

#include "base/encoding.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>

#include <algorithm>
#include <cmath>

namespace base {

namespace {

/// Longer names get no suggestion: a comparison costs the product of both lengths.
constexpr std::size_t longest_suggested = 64;

/// Edits between two words.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

} // namespace

std::optional<std::string_view> nearest(std::string_view name, std::span<const std::string_view> known) {
  if (name.size() > longest_suggested)
    return std::nullopt;
  std::optional<std::string_view> out;
  auto least = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const auto candidate : known) {
    if (candidate.size() > longest_suggested)
      continue;
    if (const auto edits = distance(name, candidate); edits < least) {
      least = edits;
      out = candidate;
    }
  }
  return out;
}

namespace detail {

bool read_bool(const json::value& in, bool& out, const std::string& path, field_errors& errors) {
  if (const auto* value = in.if_bool()) {
    out = *value;
    return true;
  }
  errors.push_back({path, "must be true or false"});
  return false;
}

bool read_integer(const json::value& in, std::int64_t low, std::uint64_t high, std::int64_t& out,
                  const std::string& path, field_errors& errors) {
  if (!in.is_int64() && !in.is_uint64()) {
    errors.push_back({path, "must be an integer"});
    return false;
  }
  // Boost.JSON reads what fits an int64 as one, but a value made from an unsigned number stays unsigned.
  const bool negative = in.is_int64() && in.get_int64() < 0;
  const auto magnitude = in.is_uint64() ? in.get_uint64() : static_cast<std::uint64_t>(in.get_int64());
  if (negative ? in.get_int64() < low : magnitude > high) {
    errors.push_back({path, "is out of range"});
    return false;
  }
  out = static_cast<std::int64_t>(magnitude);
  return true;
}

bool read_double(const json::value& in, double& out, const std::string& path, field_errors& errors) {
  if (!in.is_number()) {
    errors.push_back({path, "must be a number"});
    return false;
  }
  out = in.to_number<double>();
  return true;
}

bool read_text(const json::value& in, std::string& out, const std::string& path, field_errors& errors) {
  const auto* text = in.if_string();
  if (text == nullptr) {
    errors.push_back({path, "must be text"});
    return false;
  }
  if (text->find('\0') != json::string::npos) { // PostgreSQL cannot store it
    errors.push_back({path, "must not hold a NUL character"});
    return false;
  }
  out.assign(text->data(), text->size());
  return true;
}

bool read_timestamp(const json::value& in, timestamp& out, const std::string& path, field_errors& errors) {
  const auto* text = in.if_string();
  const auto value = text == nullptr ? std::nullopt : from_iso8601({text->data(), text->size()});
  if (!value) {
    errors.push_back({path, "must be a time like 2026-01-02T03:04:05Z"});
    return false;
  }
  out = *value;
  return true;
}

void report_unknown(std::string_view name, std::span<const std::string_view> known, const std::string& path,
                    field_errors& errors) {
  std::string message = "is not known here";
  if (const auto meant = nearest(name, known))
    message += "; did you mean " + std::string(*meant) + "?";
  errors.push_back({join_path(path, cut_utf8(name, 64)), std::move(message)});
}

void check_rule(const field_rule& rule, std::int64_t size_or_value, std::string_view noun, const std::string& path,
                field_errors& errors) {
  const auto unit = noun.empty() ? std::string{} : ' ' + std::string(noun);
  if (size_or_value < rule.min) {
    if (!noun.empty() && rule.min == 1)
      errors.push_back({path, "must not be empty"});
    else
      errors.push_back({path, "must be at least " + std::to_string(rule.min) + unit});
  } else if (size_or_value > rule.max) {
    errors.push_back({path, "must be at most " + std::to_string(rule.max) + unit});
  }
}

void check_number(const field_rule& rule, double value, const std::string& path, field_errors& errors) {
  if (rule.min != std::numeric_limits<std::int64_t>::min() && value < static_cast<double>(rule.min))
    errors.push_back({path, "must be at least " + std::to_string(rule.min)});
  else if (rule.max != std::numeric_limits<std::int64_t>::max() && value > static_cast<double>(rule.max))
    errors.push_back({path, "must be at most " + std::to_string(rule.max)});
}

void add_rule_to_schema(const field_rule& rule, json::object& schema) {
  if (!rule.help.empty())
    schema.emplace("description", json::string_view(rule.help));
  const auto* type = schema.if_contains("type");
  if (type == nullptr)
    return;
  const auto name = type->is_array() ? type->get_array()[0] : *type;
  const bool text = name == "string";
  const bool list = name == "array";
  if (!text && !list && name != "integer" && name != "number")
    return;
  if (rule.min != std::numeric_limits<std::int64_t>::min())
    schema.emplace(text ? "minLength" : list ? "minItems" : "minimum", rule.min);
  if (rule.max != std::numeric_limits<std::int64_t>::max())
    schema.emplace(text ? "maxLength" : list ? "maxItems" : "maximum", rule.max);
}

std::string join_path(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + '.' + std::string(name);
}

} // namespace detail

std::string to_string(const field_errors& errors) {
  std::string out;
  for (const auto& error : errors) {
    if (!out.empty())
      out += "; ";
    if (!error.path.empty())
      out += error.path + ": ";
    out += error.message;
  }
  return out;
}

std::string to_line(const json::value& value) { return json::serialize(value); }

std::optional<json::value> parse_json(std::string_view text, std::string& error) {
  json::error_code code;
  json::stream_parser parser;
  const auto used = parser.write_some(text.data(), text.size(), code);
  if (!code && used != text.size())
    code = json::error::extra_data;
  if (!code)
    parser.finish(code);
  if (code) {
    error = "not JSON: " + code.message() + " near byte " + std::to_string(used);
    return std::nullopt;
  }
  return parser.release();
}

void clean_json(json::value& value) {
  const auto is_plain = [](std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<signed char>(c) > 0; });
  };
  if (auto* text = value.if_string()) {
    if (const std::string_view view(text->data(), text->size()); !is_plain(view))
      *text = to_clean_utf8(view);
  } else if (auto* array = value.if_array()) {
    for (auto& item : *array)
      clean_json(item);
  } else if (auto* object = value.if_object()) {
    bool plain = true;
    for (auto& item : *object) {
      plain = plain && is_plain({item.key().data(), item.key().size()});
      clean_json(item.value());
    }
    if (!plain) {
      json::object clean(object->storage());
      clean.reserve(object->size());
      for (auto& item : *object)
        clean.insert_or_assign(to_clean_utf8({item.key().data(), item.key().size()}), std::move(item.value()));
      *object = std::move(clean);
    }
  }
}

void merge_json(json::value& target, const json::value& patch) {
  const auto* changes = patch.if_object();
  if (changes == nullptr) {
    target = patch;
    return;
  }
  if (!target.is_object())
    target.emplace_object();
  auto& object = target.get_object();
  for (const auto& [key, value] : *changes) {
    if (value.is_null())
      object.erase(key);
    else
      merge_json(object[key], value);
  }
}

} // namespace base
