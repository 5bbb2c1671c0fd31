#include "clients/http/head_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace net {

namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && (is_blank(text.back()) || text.back() == '\r' || text.back() == '\n'))
    text.remove_suffix(1);
  return text;
}

/// Visible ASCII; what else there may be before a colon is not a header (RFC 9112, section 5.1: no blank either).
bool is_name(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

/// 200 of `HTTP/1.1 200 OK`; 0 if there is none.
int status_of(std::string_view line) noexcept {
  const auto space = line.find(' ');
  if (space == std::string_view::npos)
    return 0;
  line.remove_prefix(space + 1);
  int status = 0;
  (void)std::from_chars(line.data(), line.data() + std::min<std::size_t>(line.size(), 3), status);
  return status;
}

} // namespace

head_reader::state head_reader::feed(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > max_bytes)
    return state::too_large;
  if (complete_)
    return state::more;
  if (line.starts_with("HTTP/")) {
    head_ = {};
    head_.status = status_of(line);
    return state::more;
  }
  const auto text = trim(line);
  if (text.empty()) {
    complete_ = head_.status >= 200;
    return complete_ ? state::complete : state::more;
  }
  if (is_blank(line.front())) { // a folded line, RFC 9112, section 5.2
    if (!head_.headers.empty()) {
      auto& value = head_.headers.back().value;
      value.append(value.empty() ? 0 : 1, ' ').append(text);
    }
    return state::more;
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !is_name(text.substr(0, colon)))
    return state::more;
  if (head_.headers.size() == max_headers)
    return state::too_large;
  auto& h = head_.headers.emplace_back();
  h.name = text.substr(0, colon);
  std::ranges::transform(h.name, h.name.begin(), lower);
  h.value = trim(text.substr(colon + 1));
  return state::more;
}

std::string_view head_reader::value(std::string_view name) const noexcept {
  const auto found = std::ranges::find(head_.headers, name, &header::name);
  return found == head_.headers.end() ? std::string_view{} : std::string_view(found->value);
}

bool is_known_encoding(std::string_view content_encoding) noexcept {
  static constexpr std::array<std::string_view, 5> known{"gzip", "x-gzip", "deflate", "br", "identity"};
  constexpr int max_layers = 2;
  int layers = 0;
  while (!content_encoding.empty()) {
    const auto comma = std::min(content_encoding.find(','), content_encoding.size());
    const auto name = trim(content_encoding.substr(0, comma));
    content_encoding.remove_prefix(std::min(comma + 1, content_encoding.size()));
    const auto same = [&](std::string_view k) { return std::ranges::equal(k, name, {}, {}, lower); };
    if (!name.empty() && (std::ranges::none_of(known, same) || ++layers > max_layers))
      return false;
  }
  return true;
}

} // namespace net
