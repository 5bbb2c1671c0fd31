#include "security/address_guard.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace security {

namespace {

using enum address_kind;

struct range_v4 {
  std::uint32_t first;
  int bits;
  address_kind kind;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

// The IANA IPv4 Special-Purpose Address Registry (RFC 6890, RFC 8190). The first match counts. What the registry calls
// globally reachable and is a single service (192.0.0.9 and .10, AMT, AS112) is not told apart inside 192.0.0.0/24.
constexpr std::array ranges_v4{
  range_v4{v4(0, 0, 0, 0), 8, unspecified},           // RFC 791; Linux connects 0.0.0.0 to itself
  range_v4{v4(10, 0, 0, 0), 8, private_network},      // RFC 1918
  range_v4{v4(100, 64, 0, 0), 10, shared},            // RFC 6598
  range_v4{v4(127, 0, 0, 0), 8, loopback},            // RFC 1122
  range_v4{v4(168, 63, 129, 16), 32, cloud_metadata}, // Azure's wire server, public by number only
  range_v4{v4(169, 254, 169, 254), 32, cloud_metadata},
  range_v4{v4(169, 254, 0, 0), 16, link_local},      // RFC 3927
  range_v4{v4(172, 16, 0, 0), 12, private_network},  // RFC 1918
  range_v4{v4(192, 0, 0, 0), 24, reserved},          // RFC 6890, protocol assignments
  range_v4{v4(192, 0, 2, 0), 24, documentation},     // RFC 5737
  range_v4{v4(192, 88, 99, 0), 24, reserved},        // RFC 7526, what was the 6to4 relay
  range_v4{v4(192, 168, 0, 0), 16, private_network}, // RFC 1918
  range_v4{v4(198, 18, 0, 0), 15, benchmarking},     // RFC 2544
  range_v4{v4(198, 51, 100, 0), 24, documentation},  // RFC 5737
  range_v4{v4(203, 0, 113, 0), 24, documentation},   // RFC 5737
  range_v4{v4(224, 0, 0, 0), 4, multicast},          // RFC 5771
  range_v4{v4(255, 255, 255, 255), 32, broadcast},   // RFC 8190
  range_v4{v4(240, 0, 0, 0), 4, reserved},           // RFC 1112
};

using bytes_v6 = std::array<std::uint8_t, 16>;

/// From its eight groups.
constexpr bytes_v6 v6(std::array<std::uint16_t, 8> groups) {
  bytes_v6 out{};
  for (std::size_t i = 0; i < 8; ++i) {
    out[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
    out[2 * i + 1] = static_cast<std::uint8_t>(groups[i]);
  }
  return out;
}

struct range_v6 {
  bytes_v6 first;
  int bits;
  address_kind kind;      ///< with an IPv4 address inside: where that one is public
  int embedded_at = none; ///< byte where the IPv4 address begins
  static constexpr int none = -1;
};

// The IANA IPv6 Special-Purpose Address Registry and the IPv6 Address Space registry. The first match counts; what matches
// nothing is global unicast, as that is all of 2000::/3 that is left.
constexpr std::array ranges_v6{
  range_v6{v6({0, 0, 0, 0, 0, 0, 0, 0}), 128, unspecified},                 // RFC 4291
  range_v6{v6({0, 0, 0, 0, 0, 0, 0, 1}), 128, loopback},                    // RFC 4291
  range_v6{v6({0, 0, 0, 0, 0, 0xffff, 0, 0}), 96, public_address, 12},      // mapped, RFC 4291
  range_v6{v6({0, 0, 0, 0, 0xffff, 0, 0, 0}), 96, reserved, 12},            // translated, RFC 2765
  range_v6{v6({0, 0, 0, 0, 0, 0, 0, 0}), 96, reserved, 12},                 // compatible, RFC 4291
  range_v6{v6({0x64, 0xff9b, 0, 0, 0, 0, 0, 0}), 96, public_address, 12},   // NAT64, RFC 6052
  range_v6{v6({0x64, 0xff9b, 1, 0, 0, 0, 0, 0}), 48, private_network},      // a network's own NAT64, RFC 8215
  range_v6{v6({0x2001, 0, 0, 0, 0, 0, 0, 0}), 32, reserved, 4},             // Teredo's server, RFC 4380
  range_v6{v6({0x2001, 2, 0, 0, 0, 0, 0, 0}), 48, benchmarking},            // RFC 5180
  range_v6{v6({0x2001, 0, 0, 0, 0, 0, 0, 0}), 23, reserved},                // protocol assignments, RFC 2928
  range_v6{v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 0}), 32, documentation},       // RFC 3849
  range_v6{v6({0x2002, 0, 0, 0, 0, 0, 0, 0}), 16, reserved, 2},             // 6to4, RFC 3056
  range_v6{v6({0x3fff, 0, 0, 0, 0, 0, 0, 0}), 20, documentation},           // RFC 9637
  range_v6{v6({0x2000, 0, 0, 0, 0, 0, 0, 0}), 3, public_address},           // global unicast, RFC 4291
  range_v6{v6({0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254}), 128, cloud_metadata}, // Amazon
  range_v6{v6({0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254}), 128, cloud_metadata},  // Google
  range_v6{v6({0xfc00, 0, 0, 0, 0, 0, 0, 0}), 7, unique_local},             // RFC 4193
  range_v6{v6({0xfe80, 0, 0, 0, 0, 0, 0, 0}), 10, link_local},              // RFC 4291
  range_v6{v6({0xfec0, 0, 0, 0, 0, 0, 0, 0}), 10, site_local},              // RFC 3879
  range_v6{v6({0xff00, 0, 0, 0, 0, 0, 0, 0}), 8, multicast},                // RFC 4291
};

bool begins_with(const bytes_v6& address, const bytes_v6& prefix, int bits) noexcept {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole), prefix.begin()))
    return false;
  const int rest = bits % 8;
  return rest == 0 || (address[whole] ^ prefix[whole]) >> (8 - rest) == 0;
}

address_kind classify_v4(std::uint32_t address) noexcept {
  for (const auto& range : ranges_v4)
    if ((address ^ range.first) >> (32 - range.bits) == 0)
      return range.kind;
  return public_address;
}

address_kind classify_v6(const bytes_v6& address) noexcept {
  for (const auto& range : ranges_v6) {
    if (!begins_with(address, range.first, range.bits))
      continue;
    if (range.embedded_at == range_v6::none)
      return range.kind;
    const auto* inside = &address[static_cast<std::size_t>(range.embedded_at)];
    const auto kind = classify_v4(v4(inside[0], inside[1], inside[2], inside[3]));
    return kind == public_address ? range.kind : kind;
  }
  return reserved; // outside 2000::/3 nothing is given out for hosts
}

} // namespace

std::string_view to_string(address_kind kind) noexcept {
  switch (kind) {
  case public_address: return "a public address";
  case unspecified: return "no address of a host (\"this network\")";
  case loopback: return "this machine (loopback)";
  case private_network: return "in a private network";
  case shared: return "in a provider's own network (100.64.0.0/10)";
  case link_local: return "in the local link only";
  case cloud_metadata: return "a cloud's metadata service";
  case unique_local: return "in a private network (unique local)";
  case site_local: return "in a private network (site local)";
  case multicast: return "a multicast address";
  case broadcast: return "the broadcast address";
  case documentation: return "set aside for documentation";
  case benchmarking: return "set aside for benchmarks";
  case reserved: return "reserved";
  case unknown_family: return "not an Internet address";
  }
  return "not an Internet address";
}

address_kind classify(const sockaddr& address) noexcept {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return classify_v4(ntohl(in.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    bytes_v6 bytes{};
    std::copy(std::begin(in.sin6_addr.s6_addr), std::end(in.sin6_addr.s6_addr), bytes.begin());
    return classify_v6(bytes);
  }
  return unknown_family;
}

std::string address_text(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    ::inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size());
    return std::string(text.data()) + ':' + std::to_string(ntohs(in.sin_port));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    ::inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size());
    return '[' + std::string(text.data()) + "]:" + std::to_string(ntohs(in.sin6_port));
  }
  return {};
}

std::optional<address_kind> address_guard::refusal(const sockaddr& address) const {
  const auto kind = classify(address);
  if (kind == public_address)
    return std::nullopt;
  if (!public_.empty() && std::ranges::find(public_, address_text(address)) != public_.end())
    return std::nullopt;
  return kind;
}

} // namespace security
