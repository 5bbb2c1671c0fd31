#include "config/host_list.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace config {

namespace {

bool is_name(std::string_view name) noexcept {
  constexpr std::size_t longest_name = 253; // RFC 1035
  constexpr std::size_t longest_label = 63;
  if (name.empty() || name.size() > longest_name)
    return false;
  std::size_t label = 0;
  for (const char c : name) {
    if (c == '.' && label == 0)
      return false;
    label = c == '.' ? 0 : label + 1;
    if (label > longest_label
        || !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'))
      return false;
  }
  return label > 0;
}

/// A last label of digits is an IPv4 address or a mistake: other forms than a.b.c.d are never compared with.
bool ends_in_number(std::string_view name) noexcept {
  const auto last = name.substr(name.rfind('.') + 1);
  return last.starts_with("0x") || std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

base::result<host_pattern> parse_host_pattern(std::string_view entry) {
  const auto refuse = [&](std::string_view why) {
    return base::fail(base::errc::invalid, "\"" + std::string(entry.substr(0, 100)) + "\" " + std::string(why));
  };
  host_pattern out;
  auto rest = entry;
  if (rest.starts_with("*.")) {
    out.below = true;
    rest.remove_prefix(2);
  }
  const auto colon = rest.find(':', rest.starts_with('[') ? std::min(rest.find(']'), rest.size()) : 0);
  if (colon != std::string_view::npos) {
    const auto port = rest.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error != std::errc{} || end != port.data() + port.size() || out.port == 0)
      return refuse("has a port that is none (IPv6 addresses stand in brackets)");
    rest = rest.substr(0, colon);
  }
  out.host = rest;
  std::ranges::transform(out.host, out.host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (out.host.starts_with('[')) {
    in6_addr address{};
    if (out.below || !out.host.ends_with(']')
        || ::inet_pton(AF_INET6, out.host.substr(1, out.host.size() - 2).c_str(), &address) != 1)
      return refuse("is not an IPv6 address");
    ::inet_ntop(AF_INET6, &address, text.data(), text.size());
    out.host = '[' + std::string(text.data()) + ']';
    return out;
  }
  if (out.host.ends_with('.'))
    out.host.pop_back();
  in_addr address{};
  if (!out.below && ::inet_pton(AF_INET, out.host.c_str(), &address) == 1)
    return out;
  if (!is_name(out.host) || ends_in_number(out.host))
    return refuse("is not a host, host:port or *.domain");
  return out;
}

base::result<host_list> host_list::parse(const std::vector<std::string>& entries) {
  host_list out;
  for (const auto& entry : entries) {
    auto pattern = parse_host_pattern(entry);
    if (!pattern)
      return pattern.error();
    out.patterns_.push_back(std::move(*pattern));
  }
  return out;
}

bool host_list::holds(std::string_view host, std::uint16_t port) const noexcept {
  return std::ranges::any_of(patterns_, [&](const host_pattern& p) {
    if (p.port != 0 && p.port != port)
      return false;
    if (!p.below)
      return host == p.host;
    return host.size() > p.host.size() + 1 && host.ends_with(p.host) && host[host.size() - p.host.size() - 1] == '.';
  });
}

} // namespace config
