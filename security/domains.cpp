#include "security/domains.hpp"

#include <algorithm>

namespace security {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

} // namespace

base::result<std::string> clean_domain(std::string text) {
  std::ranges::transform(text, text.begin(), lower);
  if (text.ends_with('.'))
    text.pop_back();
  bool good = !text.empty() && text.find('.') != std::string::npos && !text.starts_with('.')
              && text.find("..") == std::string::npos;
  for (const char c : text)
    good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-');
  if (!good)
    return base::fail(base::errc::invalid,
                      "must be a host name like example.org; names in other scripts in their xn-- form");
  return text;
}

bool covers(std::string_view entry, std::string_view host, bool is_address) {
  if (entry.starts_with("*."))
    entry.remove_prefix(2);
  if (entry.ends_with('.'))
    entry.remove_suffix(1);
  if (entry.empty() || entry.starts_with('.'))
    return false;
  if (host.size() < entry.size() || !std::ranges::equal(host.substr(host.size() - entry.size()), entry, {}, {}, lower))
    return false;
  return host.size() == entry.size() || (!is_address && host[host.size() - entry.size() - 1] == '.');
}

} // namespace security
