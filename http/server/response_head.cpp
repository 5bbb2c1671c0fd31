#include "http/server/response_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace http {
namespace {

/// `Date: …` of this second.
std::string_view date_line() {
  thread_local std::time_t of = 0;
  thread_local std::array<char, 64> text{};
  thread_local std::size_t size = 0;
  if (const auto now = std::time(nullptr); now != of) {
    of = now;
    std::tm t{};
    ::gmtime_r(&now, &t);
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    // Not strftime's names: those follow the locale.
    size = std::strftime(text.data(), text.size(), "Date: ..., %d ... %Y %H:%M:%S GMT\r\n", &t);
    std::string_view(days[static_cast<std::size_t>(t.tm_wday)]).copy(text.data() + 6, 3);
    std::string_view(months[static_cast<std::size_t>(t.tm_mon)]).copy(text.data() + 14, 3);
  }
  return {text.data(), size};
}

bool is_clean(std::string_view text) noexcept {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t')
      return false;
  return true;
}

void append_number(std::string& out, std::uint64_t n) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr;
  out.append(digits.data(), end);
}

/// One line of a chunked body without its CRLF; nullopt with `fault` set.
bool read_line(connection& c, std::string& line, steady_time deadline, body_fault& fault) {
  line.clear();
  for (;;) {
    char byte = 0;
    const auto n = c.take(&byte, 1, deadline);
    if (n <= 0) {
      fault = n == 0 ? body_fault::gone : body_fault::too_slow;
      return false;
    }
    if (byte == '\n') {
      if (line.empty() || line.back() != '\r') {
        fault = body_fault::malformed;
        return false;
      }
      line.pop_back();
      return true;
    }
    if (line.size() >= 1024 || (!line.empty() && line.back() == '\r')) {
      fault = body_fault::malformed;
      return false;
    }
    line += byte;
  }
}

} // namespace

std::string response_head(const response& r, const response_framing& framing) {
  std::string out;
  out.reserve(1024 + r.body.size() % 16'384);
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(r.status));
  out += ' ';
  out += reason_phrase(r.status);
  out += "\r\n";
  out += date_line();
  if (!r.content_type.empty() && is_clean(r.content_type)) {
    out += "Content-Type: ";
    out += r.content_type;
    out += "\r\n";
  }
  if (framing.chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (!r.stream && r.status != 204 && r.status != 304) {
    out += "Content-Length: ";
    append_number(out, framing.body_size);
    out += "\r\n";
  }
  if (framing.close)
    out += "Connection: close\r\n";
  for (const auto& [name, value] : r.headers) {
    if (!is_clean(value))
      continue;
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  out += r.fixed_head;
  out += "\r\n";
  return out;
}

void append_chunk_size(std::string& out, std::size_t size) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  out.append(digits.data(), end);
  out += "\r\n";
}

bool has_token(std::string_view header, std::string_view word) noexcept {
  while (!header.empty()) {
    const auto comma = header.find(',');
    auto part = header.substr(0, comma);
    while (!part.empty() && part.front() == ' ')
      part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ')
      part.remove_suffix(1);
    if (equal_ignoring_case(part, word))
      return true;
    header = comma == std::string_view::npos ? std::string_view{} : header.substr(comma + 1);
  }
  return false;
}

std::optional<body_fault> read_counted(connection& c, std::string& out, std::uint64_t length, steady_time deadline) {
  const auto begin = out.size();
  // Memory grows with what came, not with what was announced.
  for (std::uint64_t done = 0; done < length;) {
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(length - done, 64 * 1024));
    out.resize(begin + done + piece);
    const auto n = c.take(out.data() + begin + done, piece, deadline);
    if (n <= 0)
      return n == 0 ? body_fault::gone : body_fault::too_slow;
    done += static_cast<std::uint64_t>(n);
    out.resize(begin + done);
  }
  return std::nullopt;
}

std::optional<body_fault> read_chunked(connection& c, std::string& out, std::size_t limit, steady_time deadline) {
  std::string line;
  auto fault = body_fault::malformed;
  for (;;) {
    if (!read_line(c, line, deadline, fault))
      return fault;
    // Chunk extensions are legal and meaningless; blanks before `;` are the only thing tolerated beside them.
    const auto digits = std::string_view(line).substr(0, line.find_first_of("; \t"));
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size())
      return body_fault::malformed;
    if (size == 0)
      break;
    if (size > limit || out.size() > limit - size)
      return body_fault::too_large;
    if (const auto f = read_counted(c, out, size, deadline))
      return f;
    if (!read_line(c, line, deadline, fault))
      return fault;
    if (!line.empty())
      return body_fault::malformed;
  }
  for (int lines = 0; lines < 100; ++lines) { // the trailer; nothing in it is used
    if (!read_line(c, line, deadline, fault))
      return fault;
    if (line.empty())
      return std::nullopt;
  }
  return body_fault::malformed;
}

} // namespace http
