#pragma once

#include "base/text.hpp"

#include <string>
#include <string_view>

/// How text from outside reaches a model: between two marks, as data. The only place that makes or explains the marks.
namespace models {

/// `text` between the marks. The marks begin and end with characters that are written as JSON escapes inside (`\u27e6`), so
/// that no text can hold a mark, whatever it says. The answer is clean UTF-8.
[[nodiscard]] std::string marked(const base::untrusted_text& text);

/// What trusted and untrusted text of one message become together: the trusted words, then the marked data.
[[nodiscard]] std::string spoken(const base::trusted_text& text, const base::untrusted_text& untrusted);

/// What a system prompt says about the marks; it stands in each, before everything else.
[[nodiscard]] std::string_view marking_rule();

} // namespace models
