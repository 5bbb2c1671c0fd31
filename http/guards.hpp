#pragma once

#include "config/runtime_settings.hpp"
#include "http/server/exchange.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Checks of a request's origin that come before everything else.
namespace http {

/// Whether `Host` is an IP literal, `localhost`, or one of the public names; else 421, which closes DNS rebinding.
[[nodiscard]] bool is_own_host(std::string_view host, const std::vector<std::string>& public_hosts);

/// Whether a request that changes something may come from where it says it comes from: `Sec-Fetch-Site` is same-origin
/// or none, or else `Origin` is the own one; a request with neither is not from a browser's page.
[[nodiscard]] bool is_same_origin(const request& q);

/// The client's address: the peer's, or, when that is a trusted proxy, the last of `X-Forwarded-For` that is not one.
[[nodiscard]] std::string client_address(const request& q, const std::vector<std::string>& trusted_proxies);

/// Whether a trusted proxy says that the client speaks TLS.
[[nodiscard]] bool is_over_tls(const request& q, const std::vector<std::string>& trusted_proxies);

[[nodiscard]] bool is_loopback(std::string_view address) noexcept;

/// The value of one cookie; empty if it is not there.
[[nodiscard]] std::string_view cookie(const request& q, std::string_view name) noexcept;

/// Every byte that is not a letter, digit or one of `-._~/` as `%XX`.
[[nodiscard]] std::string percent_encode(std::string_view text);

} // namespace http
