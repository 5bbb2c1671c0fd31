#include "http/server/head.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace http {
namespace {

constexpr bool is_token_char(unsigned char c) noexcept {
  if (c >= '0' && c <= '9')
    return true;
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
    return true;
  return std::string_view{"!#$%&'*+-.^_`|~"}.find(static_cast<char>(c)) != std::string_view::npos;
}

constexpr auto token_chars = [] {
  std::array<bool, 256> out{};
  for (unsigned i = 0; i < 256; ++i)
    out[i] = is_token_char(static_cast<unsigned char>(i));
  return out;
}();

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return token_chars[static_cast<unsigned char>(c)]; });
}

bool is_field_value(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u == '\t' || (u >= 0x20 && u != 0x7F);
  });
}

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

bool is_clean(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      return false;
  return base::to_clean_utf8(text) == text;
}

} // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size()
         && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view request::header(std::string_view name) const noexcept {
  for (const auto& h : headers_)
    if (equal_ignoring_case(h.name, name))
      return h.value;
  return {};
}

bool request::has_header(std::string_view name) const noexcept {
  return std::ranges::any_of(headers_, [&](const header_field& h) { return equal_ignoring_case(h.name, name); });
}

std::optional<std::string> request::query_value(std::string_view name) const {
  auto rest = query;
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const auto part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const auto equals = part.find('=');
    const auto key = base::percent_decode(part.substr(0, equals), true);
    if (!key || *key != name)
      continue;
    if (equals == std::string_view::npos)
      return std::string{};
    auto value = base::percent_decode(part.substr(equals + 1), true);
    return value ? std::optional(base::to_clean_utf8(*value)) : std::nullopt;
  }
  return std::nullopt;
}

head_end find_head_end(std::string_view bytes, std::size_t scanned, std::size_t limit) noexcept {
  using enum head_end::state;
  auto at = scanned;
  for (;;) {
    const auto lf = bytes.find('\n', at);
    if (lf == std::string_view::npos)
      return bytes.size() > limit ? head_end{too_large, 0, 0} : head_end{partial, 0, bytes.size()};
    if (lf >= limit)
      return {too_large, 0, 0};
    if (lf == 0 || bytes[lf - 1] != '\r')
      return {malformed, 0, 0};
    if (lf >= 3 && bytes[lf - 2] == '\n')
      return {complete, lf + 1, 0};
    at = lf + 1;
  }
}

std::optional<head_fault> head_parser::parse(std::string_view head, const head_limits& limits, request& out) {
  const auto line_end = head.find("\r\n");
  auto line = head.substr(0, line_end);
  head.remove_prefix(line_end + 2);

  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return head_fault{400, "the request line is not METHOD TARGET HTTP/1.1"};
  out.method = line.substr(0, first);
  out.target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!is_token(out.method) || out.method.size() > 20)
    return head_fault{400, "the method is not a token"};
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    if (version.starts_with("HTTP/"))
      return head_fault{505, "this server speaks HTTP/1.1"};
    return head_fault{400, "the request line is not METHOD TARGET HTTP/1.1"};
  }
  out.minor_version = version.back() - '0';
  if (out.target.size() > limits.target)
    return head_fault{414, "the target is too long"};
  if (!out.target.starts_with('/') || std::ranges::any_of(out.target, [](char c) { return c <= 0x20 || c >= 0x7F; }))
    return head_fault{400, "the target is not a path"};
  out.target = out.target.substr(0, out.target.find('#'));
  const auto question = out.target.find('?');
  out.query = question == std::string_view::npos ? std::string_view{} : out.target.substr(question + 1);
  auto path = base::percent_decode(out.target.substr(0, question), false);
  if (!path || !is_clean(*path))
    return head_fault{400, "the path has a broken escape or a control character"};
  out.path = std::move(*path);

  int hosts = 0;
  bool other_coding = false;
  out.headers_.clear();
  while (head != "\r\n") {
    const auto end = head.find("\r\n");
    line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (out.headers_.size() >= limits.headers)
      return head_fault{431, "too many headers"};
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
      return head_fault{400, "a header line is not NAME: VALUE"};
    const header_field field{line.substr(0, colon), trim(line.substr(colon + 1))};
    if (!is_field_value(field.value))
      return head_fault{400, "a header has a control character"};
    out.headers_.push_back(field);
    switch (field.name.size()) {
    case 4: hosts += equal_ignoring_case(field.name, "Host") ? 1 : 0; break;
    case 6:
      if (equal_ignoring_case(field.name, "Expect")) {
        if (!equal_ignoring_case(field.value, "100-continue"))
          return head_fault{417, "only 100-continue can be expected"};
        out.expects_continue_ = true;
      }
      break;
    case 14:
      if (equal_ignoring_case(field.name, "Content-Length")) {
        std::uint64_t length = 0;
        const auto [stop, error] = std::from_chars(field.value.data(), field.value.data() + field.value.size(), length);
        if (error != std::errc{} || stop != field.value.data() + field.value.size() || out.content_length_)
          return head_fault{400, "Content-Length must be one number"};
        out.content_length_ = length;
      }
      break;
    case 17:
      if (equal_ignoring_case(field.name, "Transfer-Encoding")) {
        other_coding = out.chunked_ || !equal_ignoring_case(field.value, "chunked");
        out.chunked_ = true;
      }
      break;
    default: break;
    }
  }
  if (other_coding)
    return head_fault{501, "the only transfer coding here is chunked"};
  if (out.chunked_ && (out.content_length_ || out.minor_version == 0))
    return head_fault{400, "Transfer-Encoding with Content-Length or in HTTP/1.0"};
  if (hosts > 1 || (hosts == 0 && out.minor_version == 1))
    return head_fault{400, "a request has one Host header"};
  out.has_body = out.chunked_ || out.content_length_.value_or(0) > 0;
  return std::nullopt;
}

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
  case 200: return "OK";
  case 201: return "Created";
  case 202: return "Accepted";
  case 204: return "No Content";
  case 303: return "See Other";
  case 304: return "Not Modified";
  case 400: return "Bad Request";
  case 401: return "Unauthorized";
  case 403: return "Forbidden";
  case 404: return "Not Found";
  case 405: return "Method Not Allowed";
  case 408: return "Request Timeout";
  case 409: return "Conflict";
  case 413: return "Content Too Large";
  case 414: return "URI Too Long";
  case 415: return "Unsupported Media Type";
  case 417: return "Expectation Failed";
  case 421: return "Misdirected Request";
  case 422: return "Unprocessable Content";
  case 429: return "Too Many Requests";
  case 431: return "Request Header Fields Too Large";
  case 500: return "Internal Server Error";
  case 501: return "Not Implemented";
  case 503: return "Service Unavailable";
  case 505: return "HTTP Version Not Supported";
  default: return "Status";
  }
}

} // namespace http
