#pragma once

#include "clients/http/transfer.hpp"
#include "clients/http/url.hpp"

#include <string_view>

namespace net {

/// Whether an answer of this status with a Location is a redirect (RFC 9110, section 15.4).
[[nodiscard]] bool is_redirect(int status) noexcept;

/// Turns `what`, which was sent to `from`, into the request that a redirect asks for, and answers where it goes.
///
/// POST becomes GET at 301 and 302, all but GET and HEAD do at 303; the body and the headers that describe it go then. At
/// another origin `credentials` are dropped, and of the headers those that by their name could be one too.
/// errc::invalid: an address that parse_url refuses; errc::denied: from https to http.
[[nodiscard]] base::result<url> redirect(request& what, const url& from, int status, std::string_view location);

} // namespace net
