#pragma once

#include "clients/html/tree.hpp"

#include <cstdint>
#include <vector>

namespace html {

/// What of a page is read, and where its content is.
struct content {
  std::uint32_t root = 0;    ///< the element that holds it
  std::vector<bool> dropped; ///< of each node, whether it and all below it is passed over
};

/// What happens with `<noscript>`.
enum class without_scripts { dropped, read };

/// Passes over what is not to be read (scripts, styles, navigation, footers, asides, forms, hidden elements), and finds the
/// content: `main`, else an `article` with most of the text, else the smallest element that holds most of the text that is
/// no link, else `body`.
[[nodiscard]] content find_content(const tree& page, without_scripts noscript);

} // namespace html
