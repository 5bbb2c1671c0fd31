#include "base/json_fields.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>

namespace base {

namespace {

constexpr std::size_t max_steps = 32;

constexpr bool is_name_start(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@' || c == '$'
         || static_cast<unsigned char>(c) >= 0x80;
}

constexpr bool is_name(char c) noexcept { return is_name_start(c) || (c >= '0' && c <= '9') || c == '-'; }

/// `[0]`, `["a name"]` or `['a name']`; `at` stands on the bracket.
parsed<std::variant<std::string, std::size_t>> read_index(std::string_view text, std::size_t& at) {
  const auto begin = at++;
  if (at < text.size() && (text[at] == '"' || text[at] == '\'')) {
    const auto end = text.find(text[at], at + 1);
    if (end == std::string_view::npos || end + 1 >= text.size() || text[end + 1] != ']')
      return syntax_error{begin, "the bracket is not closed"};
    std::string name(text.substr(at + 1, end - at - 1));
    at = end + 2;
    return std::variant<std::string, std::size_t>(std::move(name));
  }
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), index);
  if (error != std::errc{} || end == text.data() + text.size() || *end != ']')
    return syntax_error{begin, "a number or a quoted name must stand between the brackets"};
  at = static_cast<std::size_t>(end - text.data()) + 1;
  return std::variant<std::string, std::size_t>(index);
}

} // namespace

std::string describe(const syntax_error& error, std::string_view text) {
  const auto before = text.substr(0, std::min(error.at, text.size()));
  const auto characters = std::ranges::count_if(before, [](char c) { return (c & 0xC0) != 0x80; });
  return "at character " + std::to_string(characters + 1) + ": " + error.message;
}

parsed<field_path> field_path::read(std::string_view text, std::size_t& at) {
  field_path out;
  const auto begin = at;
  bool name_next = true;
  while (true) {
    if (out.steps_.size() == max_steps)
      return syntax_error{at, "a field may be at most 32 steps away"};
    if (name_next) {
      if (at >= text.size() || !(is_name_start(text[at]) || (at > begin && is_name(text[at]))))
        return syntax_error{at, "a field's name is missing, such as body.action"};
      const auto end = std::ranges::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_name);
      out.steps_.emplace_back(std::string(text.begin() + static_cast<std::ptrdiff_t>(at), end));
      at = static_cast<std::size_t>(end - text.begin());
    } else {
      auto index = read_index(text, at);
      if (auto* error = std::get_if<syntax_error>(&index))
        return std::move(*error);
      out.steps_.push_back(std::move(std::get<0>(index)));
    }
    if (at < text.size() && text[at] == '.') {
      ++at;
      name_next = true;
    } else if (at < text.size() && text[at] == '[') {
      name_next = false;
    } else {
      break;
    }
  }
  out.text_ = text.substr(begin, at - begin);
  return out;
}

const boost::json::value* field_path::find(const boost::json::value& document) const {
  const auto* here = &document;
  for (const auto& step : steps_) {
    if (const auto* name = std::get_if<std::string>(&step)) {
      const auto* object = here->if_object();
      here = object == nullptr ? nullptr : object->if_contains(*name);
    } else {
      const auto* array = here->if_array();
      here = array == nullptr ? nullptr : array->if_contains(std::get<std::size_t>(step));
    }
    if (here == nullptr)
      return nullptr;
  }
  return here;
}

std::string text_of(const boost::json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
}

} // namespace base
