#pragma once

#include "messages/records/telegram.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace telegram {

/// The words of a text as they are compared: without case (`ß` as `ss`), accents composed, full-width letters as usual ones.
/// A word is a row of letters, marks and digits.
[[nodiscard]] std::vector<std::string> folded_words(std::string_view text);

/// The trigger whose words are all in `text`, in any order: of several the one with the most words, then the most letters,
/// then the oldest. Null: none.
[[nodiscard]] const records::telegram_trigger* best_match(std::string_view text,
                                                          const std::vector<records::telegram_trigger>& triggers);

} // namespace telegram
