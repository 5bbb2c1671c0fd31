#pragma once

#include "base/errc.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace config {

/// One entry of a list of hosts: `host`, `host:port` or `*.domain[:port]` (names below the domain, not itself). A host is a
/// name in ASCII, an IPv4 address or an IPv6 one in brackets.
struct host_pattern {
  std::string host;       ///< lower case, no trailing dot; addresses in their shortest form
  bool below = false;     ///< `*.`: names below `host`
  std::uint16_t port = 0; ///< 0 = any

  friend bool operator==(const host_pattern&, const host_pattern&) = default;
};

/// errc::invalid with a sentence that names the entry.
[[nodiscard]] base::result<host_pattern> parse_host_pattern(std::string_view entry);

/// Hosts that an administrator made an exception of.
class host_list {
public:
  /// The list, or what is wrong with the first entry that cannot be read.
  [[nodiscard]] static base::result<host_list> parse(const std::vector<std::string>& entries);

  /// `host` in the form of host_pattern::host.
  [[nodiscard]] bool holds(std::string_view host, std::uint16_t port) const noexcept;

private:
  std::vector<host_pattern> patterns_; ///< as many as the administrator wrote
};

} // namespace config
