#pragma once

#include "clients/html/content.hpp"
#include "clients/http/url.hpp"

#include <string>

namespace html {

/// Most of a page's markdown, far beyond what a model is given of it.
inline constexpr std::size_t max_markdown_bytes = 1024 * 1024;

struct markdown {
  std::string text; ///< clean UTF-8, ends in a line end unless it is empty
  bool cut = false; ///< the page says more than max_markdown_bytes
};

/// What stands below `what.root`: headings, paragraphs, lists, tables, code, quotes, links with whole addresses (resolved
/// against `base`), images that have a description.
[[nodiscard]] markdown to_markdown(const tree& page, const content& what, const net::url& base);

} // namespace html
