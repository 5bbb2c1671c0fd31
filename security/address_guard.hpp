#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

/// Which addresses of the network are public, so that text from outside cannot make the server speak to its own network.
namespace security {

/// What an address is, as the registries of special-purpose addresses have it. `public_address` is the only one that may
/// be reached on behalf of somebody who is not an administrator.
enum class address_kind {
  public_address,
  unspecified, ///< "this network", 0.0.0.0/8 and ::
  loopback,
  private_network, ///< RFC 1918
  shared,          ///< a provider's own network (CGNAT), RFC 6598
  link_local,
  cloud_metadata, ///< where a cloud machine finds its credentials
  unique_local,   ///< RFC 4193
  site_local,     ///< RFC 3879, deprecated
  multicast,
  broadcast,
  documentation,
  benchmarking,
  reserved,
  unknown_family ///< neither IPv4 nor IPv6
};

/// `a private network (RFC 1918)`: for the sentence "H is …".
[[nodiscard]] std::string_view to_string(address_kind kind) noexcept;

/// What the address is. An IPv4 address inside an IPv6 one is judged as IPv4. Where that is public, a mapped (::ffff:0:0/96)
/// and a NAT64 one (64:ff9b::/96) are public too; the forms that nothing of today's Internet is reached by (compatible,
/// translated, 6to4, Teredo) are reserved.
[[nodiscard]] address_kind classify(const sockaddr& address) noexcept;

/// The address as text, `192.0.2.1:443` or `[2001:db8::1]:443`. Empty for other families.
[[nodiscard]] std::string address_text(const sockaddr& address);

/// Decides which addresses may be connected to. A value; safe to share once it is made.
class address_guard {
public:
  address_guard() = default;

  /// What is wrong with the address; nullopt = it may be reached.
  [[nodiscard]] std::optional<address_kind> refusal(const sockaddr& address) const;

  /// For tests: exactly this address and port, `127.0.0.1:4010`, count as public.
  void declare_public(std::string address_and_port) { public_.push_back(std::move(address_and_port)); }

private:
  std::vector<std::string> public_; ///< a few, from a test
};

} // namespace security
