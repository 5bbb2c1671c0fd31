#pragma once

#include "base/errc.hpp"
#include "clients/html/tree.hpp"
#include "clients/http/url.hpp"

#include <string>
#include <string_view>

namespace html {

/// What another server sent, as far as it can be read as text.
enum class text_kind {
  page,  ///< HTML
  xml,   ///< XML: feeds, maps of sites
  plain, ///< JSON, scripts, plain text
  none   ///< pictures, archives, PDF and all the rest
};

/// By the type, and where the server gave none (or only "bytes"), by the first bytes.
[[nodiscard]] text_kind kind_of(std::string_view content_type, std::string_view bytes);

/// A page as a model reads it. All texts are clean UTF-8.
struct readable {
  std::string title;       ///< in one line, at most 500 bytes; may be empty
  std::string description; ///< what the page says of itself, likewise
  std::string base;        ///< what its links are relative to
  std::string text;        ///< markdown; of what is not HTML the text as it came
  bool cut = false;        ///< there was more than max_markdown_bytes
};

/// Reads what `from` answered. errc::unsupported: kind_of() says none; errc::overloaded and errc::timeout as parse().
[[nodiscard]] base::result<readable> read_page(std::string_view bytes, std::string_view content_type,
                                               const net::url& from, const tree_bounds& bounds = {});

} // namespace html
