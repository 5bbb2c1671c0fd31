#pragma once

#include "base/clock.hpp"
#include "http/routes/conversation_view.hpp"

#include <string>
#include <string_view>

namespace http::routes {

/// A conversation as a Markdown document for people. What was said in it (by the model, by what tools had read) can neither
/// pass itself off as another speaker's words nor bring HTML or pictures from elsewhere into the document.
[[nodiscard]] std::string to_markdown(const conversation_view& of, base::timestamp now);

/// A message's Markdown as a part of a document: its headings go two levels down, HTML becomes text, a picture becomes a
/// link; code is left as it is, and code that is not closed is closed.
[[nodiscard]] std::string as_part(std::string_view markdown);

/// Text in one line without meaning as Markdown.
[[nodiscard]] std::string as_plain(std::string_view text);

} // namespace http::routes
