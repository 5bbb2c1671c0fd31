#include "clients/http/url.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

void must(bool holds, const char* what) {
  if (!holds) {
    std::fputs(what, stderr);
    std::abort();
  }
}

void check(const net::url& read) {
  must(read.scheme == "http" || read.scheme == "https", "another scheme\n");
  must(!read.host.empty() && !read.host.ends_with('.'), "no host, or a trailing dot\n");
  must(
    std::ranges::none_of(read.host, [](char c) { return (c >= 'A' && c <= 'Z') || c == '@' || c == '/' || c == '%'; }),
    "a host that is not in its one form\n");
  must(!net::is_refused_port(read.port), "a refused port\n");
  must(read.text.starts_with(read.origin + '/'), "the text is not of its origin\n");
  must(std::ranges::all_of(read.text, [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; }), "an unclean text\n");
  const auto again = net::parse_url(read.text);
  must(again && *again == read, "what was written does not read the same\n");
}

} // namespace

/// An address, or after the first 0xFF byte a Location found there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const auto split = all.find('\xFF');
  const auto read = net::parse_url(all.substr(0, split));
  if (!read) {
    must(!read.error().message.empty(), "refused without a reason\n");
    return 0;
  }
  check(*read);
  if (split == std::string_view::npos)
    return 0;
  if (const auto next = net::resolve_url(*read, all.substr(split + 1)))
    check(*next);
  return 0;
}
