#include "clients/telegram/words.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>
#include <tuple>

namespace telegram {

namespace {

bool is_part_of_word(utf8proc_int32_t c) {
  switch (utf8proc_category(c)) {
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LT:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_LO:
  case UTF8PROC_CATEGORY_MN:
  case UTF8PROC_CATEGORY_MC:
  case UTF8PROC_CATEGORY_ME:
  case UTF8PROC_CATEGORY_ND:
  case UTF8PROC_CATEGORY_NL:
  case UTF8PROC_CATEGORY_NO: return true;
  default: return false;
  }
}

} // namespace

std::vector<std::string> folded_words(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                 static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT
                                                                | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, std::free);
  std::vector<std::string> out;
  if (size <= 0) // not UTF-8, or nothing
    return out;
  bool inside = false;
  for (utf8proc_ssize_t at = 0; at < size;) {
    utf8proc_int32_t c = 0;
    const auto length = utf8proc_iterate(mapped + at, size - at, &c);
    if (length <= 0)
      break;
    if (is_part_of_word(c)) {
      if (!inside)
        out.emplace_back();
      out.back().append(reinterpret_cast<const char*>(mapped + at), static_cast<std::size_t>(length));
      inside = true;
    } else {
      inside = false;
    }
    at += length;
  }
  return out;
}

const records::telegram_trigger* best_match(std::string_view text,
                                            const std::vector<records::telegram_trigger>& triggers) {
  const auto said = folded_words(text);
  const std::set<std::string> there(said.begin(), said.end());
  const records::telegram_trigger* best = nullptr;
  std::tuple<std::size_t, std::size_t> best_rank;
  const auto age
    = [](const records::telegram_trigger& t) { return std::tuple(t.created_at.value_or(base::timestamp{}), t.id); };
  for (const auto& trigger : triggers) {
    const auto listed = folded_words(trigger.trigger_word);
    const std::set<std::string> wanted(listed.begin(), listed.end());
    if (!trigger.enabled || wanted.empty() || !std::ranges::includes(there, wanted))
      continue;
    std::size_t letters = 0;
    for (const auto& word : wanted)
      letters += word.size();
    const std::tuple rank{wanted.size(), letters};
    if (best == nullptr || rank > best_rank || (rank == best_rank && age(trigger) < age(*best))) {
      best = &trigger;
      best_rank = rank;
    }
  }
  return best;
}

} // namespace telegram
