#include "clients/models/tool_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace models {

namespace {

constexpr std::size_t most_bytes = 64; ///< ^[a-zA-Z0-9_-]{1,64}$, of OpenAI's and Anthropic's references
constexpr std::size_t checksum_bytes = 9;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// FNV-1a, 32 bits: a name's checksum, the same on every machine and in every run.
std::string checksum(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  std::array<char, 8> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), hash, 16).ptr;
  const std::string hex(digits.data(), end);
  return '_' + std::string(digits.size() - hex.size(), '0') + hex;
}

} // namespace

std::string wire_name(std::string_view name) {
  if (!name.empty() && name.size() <= most_bytes && std::ranges::all_of(name, is_plain))
    return std::string(name);
  std::string out(name.substr(0, most_bytes - checksum_bytes));
  std::ranges::replace_if(
    out, [](char c) { return !is_plain(c); }, '_');
  return out + checksum(name);
}

std::vector<offered_tool> offered_tools(const std::vector<tool_description>& tools) {
  std::vector<offered_tool> out;
  out.reserve(tools.size());
  for (const auto& tool : tools)
    if (auto name = wire_name(tool.name); std::ranges::find(out, name, &offered_tool::name) == out.end())
      out.push_back({std::move(name), &tool});
  return out;
}

tool_names::tool_names(const std::vector<tool_description>& tools) {
  for (const auto& tool : tools)
    own_.emplace(wire_name(tool.name), tool.name);
}

std::string tool_names::own_name(std::string_view wire) const {
  const auto at = own_.find(wire);
  return at == own_.end() ? std::string(wire) : at->second;
}

} // namespace models
