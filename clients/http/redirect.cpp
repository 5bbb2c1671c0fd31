#include "clients/http/redirect.hpp"

#include <algorithm>
#include <string>

namespace net {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

/// Headers that say something of a body (RFC 9110, section 15.4).
bool describes_body(const header& h) {
  const auto name = lower(h.name);
  return name.starts_with("content-") || name == "digest" || name == "last-modified";
}

/// A credential belongs into request::credentials; what was put among the headers is known by the usual names.
bool may_be_credential(const header& h) {
  const auto name = lower(h.name);
  return name == "cookie"
         || std::ranges::any_of(std::initializer_list<std::string_view>{"auth", "key", "token", "secret"},
                                [&](auto part) { return name.find(part) != std::string::npos; });
}

} // namespace

bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

base::result<url> redirect(request& what, const url& from, int status, std::string_view location) {
  auto to = resolve_url(from, location);
  if (!to)
    return to.error();
  if (from.scheme == "https" && to->scheme == "http")
    return base::fail(base::errc::denied, from.host + " redirects from https to http, which is not followed.");
  const bool to_get = status == 303 ? what.method != "GET" && what.method != "HEAD"
                                    : (status == 301 || status == 302) && what.method == "POST";
  if (to_get) {
    what.method = "GET";
    what.body.clear();
    std::erase_if(what.headers, describes_body);
  }
  if (to->origin != from.origin) {
    what.credentials.clear();
    std::erase_if(what.headers, may_be_credential);
  }
  what.url = to->text;
  return to;
}

} // namespace net
