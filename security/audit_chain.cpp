#include "security/audit_chain.hpp"

#include "security/crypto.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

namespace security {

namespace json = boost::json;

namespace {

void write_number(double value, std::string& out) {
  std::array<char, 400> buffer{};
  // A whole double below 2^64 comes back from JSONB as an integer, so it is written as one.
  const bool whole = std::isfinite(value) && value == std::floor(value) && std::abs(value) < 18446744073709551616.0;
  const auto end = whole
                     ? (value < 0 && value >= -9223372036854775808.0
                          ? std::to_chars(buffer.begin(), buffer.end(), static_cast<std::int64_t>(value))
                        : value >= 0 ? std::to_chars(buffer.begin(), buffer.end(), static_cast<std::uint64_t>(value))
                                     : std::to_chars(buffer.begin(), buffer.end(), value))
                     : std::to_chars(buffer.begin(), buffer.end(), value);
  out.append(buffer.begin(), end.ptr);
}

void write(const json::value& value, std::string& out) {
  switch (value.kind()) {
  case json::kind::null: out += "null"; break;
  case json::kind::bool_: out += value.get_bool() ? "true" : "false"; break;
  case json::kind::int64: out += std::to_string(value.get_int64()); break;
  case json::kind::uint64: out += std::to_string(value.get_uint64()); break;
  case json::kind::double_: write_number(value.get_double(), out); break;
  case json::kind::string: out += json::serialize(value.get_string()); break;
  case json::kind::array: {
    out += '[';
    bool first = true;
    for (const auto& item : value.get_array()) {
      if (!std::exchange(first, false))
        out += ',';
      write(item, out);
    }
    out += ']';
    break;
  }
  case json::kind::object: {
    std::vector<const json::key_value_pair*> members;
    for (const auto& member : value.get_object())
      members.push_back(&member);
    std::ranges::sort(members, [](const auto* a, const auto* b) { return a->key() < b->key(); });
    out += '{';
    bool first = true;
    for (const auto* member : members) {
      if (!std::exchange(first, false))
        out += ',';
      out += json::serialize(json::string(member->key()));
      out += ':';
      write(member->value(), out);
    }
    out += '}';
    break;
  }
  }
}

} // namespace

std::string canonical_json(const json::value& value) {
  std::string out;
  write(value, out);
  return out;
}

std::string audit_hash(std::string_view previous_hash, const audit_link& row) {
  std::string text;
  text.reserve(512);
  const auto add = [&](const std::optional<std::string_view>& part) {
    if (part)
      text.append(std::to_string(part->size())).append(":").append(*part).append(";");
    else
      text.append("-;");
  };
  add(previous_hash);
  add(row.timestamp);
  add(row.session_id);
  add(row.tool_name);
  add(row.arguments);
  add(row.result_summary);
  add(row.confirmed ? "t" : "f");
  add(row.task_id);
  add(row.user_id);
  return sha256_hex(text);
}

} // namespace security
