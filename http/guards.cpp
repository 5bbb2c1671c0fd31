#include "http/guards.hpp"

#include "http/server/listener.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace http {
namespace {

bool is_ip(const std::string& text) {
  in6_addr any{};
  return ::inet_pton(AF_INET, text.c_str(), &any) == 1 || ::inet_pton(AF_INET6, text.c_str(), &any) == 1;
}

bool is_trusted(const std::string& address, const std::vector<std::string>& trusted) {
  return std::ranges::find(trusted, address) != trusted.end();
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

/// The name or address in front of `:port`, without the brackets of an IPv6 address.
std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    return end == std::string_view::npos ? std::string_view{} : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

} // namespace

bool is_own_host(std::string_view host, const std::vector<std::string>& public_hosts) {
  auto name = without_port(host);
  const auto after = host.starts_with('[') ? host.substr(std::min(host.size(), host.find(']') + 1)) : host.substr(name.size());
  if (!after.empty() && (after.front() != ':' || after.find_first_not_of("0123456789", 1) != std::string_view::npos))
    return false;
  if (name.ends_with('.'))
    name.remove_suffix(1);
  if (equal_ignoring_case(name, "localhost") || is_ip(std::string(name)))
    return true;
  return std::ranges::any_of(public_hosts, [&](const std::string& own) {
    return equal_ignoring_case(name, own) || equal_ignoring_case(host, own);
  });
}

bool is_same_origin(const request& q) {
  if (const auto site = q.header("Sec-Fetch-Site"); !site.empty())
    return site == "same-origin" || site == "none";
  if (!q.has_header("Origin"))
    return true;
  const auto origin = q.header("Origin");
  const auto scheme_end = origin.find("://");
  return scheme_end != std::string_view::npos && equal_ignoring_case(origin.substr(scheme_end + 3), q.header("Host"));
}

std::string client_address(const request& q, const std::vector<std::string>& trusted_proxies) {
  if (!is_trusted(q.peer(), trusted_proxies))
    return q.peer();
  // Proxies append: what stands left of the last untrusted address may be made up.
  std::string out = q.peer();
  const auto& headers = q.headers();
  for (auto h = headers.rbegin(); h != headers.rend(); ++h) {
    if (!equal_ignoring_case(h->name, "X-Forwarded-For"))
      continue;
    auto rest = h->value;
    while (!rest.empty()) {
      const auto comma = rest.rfind(',');
      auto part = std::string(without_port(trim(comma == std::string_view::npos ? rest : rest.substr(comma + 1))));
      if (const auto whole = std::string(trim(comma == std::string_view::npos ? rest : rest.substr(comma + 1)));
          is_ip(whole))
        part = whole; // a bare IPv6 address has colons of its own
      rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
      if (!is_ip(part))
        return out;
      out = normal_address(part);
      if (!is_trusted(out, trusted_proxies))
        return out;
    }
  }
  return out;
}

bool is_over_tls(const request& q, const std::vector<std::string>& trusted_proxies) {
  return is_trusted(q.peer(), trusted_proxies) && equal_ignoring_case(q.header("X-Forwarded-Proto"), "https");
}

bool is_loopback(std::string_view address) noexcept { return address.starts_with("127.") || address == "::1"; }

std::string_view cookie(const request& q, std::string_view name) noexcept {
  for (const auto& h : q.headers()) {
    if (!equal_ignoring_case(h.name, "Cookie"))
      continue;
    auto rest = h.value;
    while (!rest.empty()) {
      const auto end = rest.find(';');
      const auto part = trim(rest.substr(0, end));
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
      if (part.size() > name.size() && part.starts_with(name) && part[name.size()] == '=')
        return part.substr(name.size() + 1);
    }
  }
  return {};
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || std::string_view{"-._~/"}.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += hex[u >> 4];
      out += hex[u & 15];
    }
  }
  return out;
}

} // namespace http
