#include "clients/http/request_check.hpp"

#include "base/version.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace net {

namespace {

// They frame the message, concern the connection, or say whom it is for; a proxy's are ours as well.
constexpr std::array<std::string_view, 10> ours{
  "connection", "content-length",    "expect",        "host", "keep-alive", "te", "trailer",
  "upgrade",    "transfer-encoding", "http2-settings"};

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) noexcept { return std::ranges::equal(a, b, {}, lower, lower); }

/// RFC 9110, section 5.6.2.
bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

/// RFC 9110, section 5.5: visible bytes, spaces and tabs.
bool is_value(std::string_view text) noexcept {
  return std::ranges::all_of(text,
                             [](char c) { return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\t'; });
}

std::optional<std::string> reason_against_header(const std::string& name) {
  if (!is_token(name))
    return "A header's name is not a token (RFC 9110).";
  const auto proxy = std::string_view("proxy-");
  if (std::ranges::any_of(ours, [&](auto n) { return same(n, name); })
      || same(std::string_view(name).substr(0, proxy.size()), proxy))
    return "The header " + name + " cannot be set.";
  return std::nullopt;
}

bool has_header(const request& what, std::string_view name) {
  return std::ranges::any_of(what.headers, [&](const header& h) { return same(h.name, name); });
}

} // namespace

std::optional<std::string> reason_against(const request& what) {
  constexpr std::size_t longest_method = 32;
  const auto is_upper = [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; };
  if (what.method.empty() || what.method.size() > longest_method || !std::ranges::all_of(what.method, is_upper)
      || what.method == "CONNECT" || what.method == "TRACE")
    return "The method cannot be sent.";
  if (what.headers.size() + what.credentials.size() > max_request_headers)
    return "The request has more than " + std::to_string(max_request_headers) + " headers.";
  if (what.body.size() > max_request_body_bytes)
    return "The request's body has more than " + std::to_string(max_request_body_bytes) + " bytes.";
  std::size_t bytes = 0;
  for (const auto& h : what.headers) {
    if (auto bad = reason_against_header(h.name))
      return bad;
    if (!is_value(h.value))
      return "The value of the header " + h.name + " holds a control character.";
    bytes += h.name.size() + h.value.size();
  }
  for (const auto& c : what.credentials) {
    if (auto bad = reason_against_header(c.name))
      return bad;
    if (!is_value(c.prefix) || !is_value(c.value.reveal()))
      return "The credential for the header " + c.name + " holds a control character.";
    bytes += c.name.size() + c.prefix.size() + c.value.reveal().size();
  }
  if (bytes > max_request_head_bytes)
    return "The request's headers have more than " + std::to_string(max_request_head_bytes) + " bytes.";
  return std::nullopt;
}

curl_list header_lines(const request& what) {
  curl_list lines;
  // libcurl takes "Name;" for a header without a value, and "Name:" for one that it shall not send.
  const auto add = [&](const std::string& name, std::string_view prefix, std::string_view value) {
    std::string line;
    line.reserve(name.size() + prefix.size() + value.size() + 2); // one block of memory, to wipe it
    line.append(name).append(": ").append(prefix).append(value);
    if (line.find_last_not_of(" \t") == name.size())
      line.replace(name.size(), std::string::npos, ";");
    lines.add(line);
    ::explicit_bzero(line.data(), line.size());
  };
  for (const auto& h : what.headers)
    add(h.name, {}, h.value);
  for (const auto& c : what.credentials)
    add(c.name, c.prefix, c.value.reveal());
  if (!has_header(what, "user-agent"))
    add("User-Agent", "oAI-Web/", oai_web_version());
  if (!has_header(what, "content-type"))
    lines.add("Content-Type:"); // libcurl would call every body a form
  lines.add("Expect:");         // libcurl would wait a second for a 100 that few servers send
  return lines;
}

} // namespace net
