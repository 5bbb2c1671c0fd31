#pragma once

#include "base/errc.hpp"

#include <string>
#include <string_view>

/// Names of sites in lists of what is trusted.
namespace security {

/// A name as `web_whitelist` holds it: lower case, no dot at the end, at least two labels. errc::invalid with what it must
/// be, to stand behind the field's name.
[[nodiscard]] base::result<std::string> clean_domain(std::string text);

/// Whether an entry of the list stands for `host`: that name and all below it. For a host that is an address only the
/// same address does: the end of one is no domain.
/// `host` is lower case without a dot at the end; an entry may also be as other programs wrote it (`Example.org`,
/// `*.example.org`).
[[nodiscard]] bool covers(std::string_view entry, std::string_view host, bool is_address);

} // namespace security
