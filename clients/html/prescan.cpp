#include "clients/html/prescan.hpp"

#include <algorithm>
#include <vector>

namespace html {

namespace {

using std::string_view;

constexpr string_view space = " \t\n\r\f";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_space(char c) { return space.find(c) != string_view::npos; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

std::string lowered(string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

struct raw_attribute {
  std::string name;
  std::string value;
};

/// The bytes of a page, read as the standard's prescan does.
class scanner {
public:
  explicit scanner(string_view bytes) : rest_(bytes) {}

  std::optional<string_view> encoding() {
    while (!rest_.empty()) {
      if (rest_.starts_with("<!--")) {
        const auto end = rest_.find("-->", 2); // `<!-->` is a whole comment
        skip(end == string_view::npos ? rest_.size() : end + 3);
      } else if (starts_tag("<meta")) {
        skip(5);
        if (const auto found = meta())
          return found;
      } else if (is_tag()) {
        skip_tag();
      } else if (rest_.starts_with("<!") || rest_.starts_with("</") || rest_.starts_with("<?")) {
        skip_to('>');
      } else {
        skip(1);
      }
    }
    return std::nullopt;
  }

private:
  void skip(std::size_t count) { rest_.remove_prefix(std::min(count, rest_.size())); }
  void skip_to(char c) { skip(std::min(rest_.find(c), rest_.size())); }

  [[nodiscard]] bool starts_tag(string_view tag) const {
    return rest_.size() > tag.size() && std::ranges::equal(rest_.substr(0, tag.size()), tag, {}, lower)
           && (is_space(rest_[tag.size()]) || rest_[tag.size()] == '/');
  }
  [[nodiscard]] bool is_tag() const {
    const std::size_t letter = rest_.starts_with("</") ? 2 : 1;
    return rest_[0] == '<' && rest_.size() > letter && is_letter(rest_[letter]);
  }
  void skip_tag() {
    skip(std::min(rest_.find_first_of(" \t\n\r\f>"), rest_.size()));
    while (attribute())
      ;
  }

  /// The next attribute of the tag; none at its end, which is passed over.
  std::optional<raw_attribute> attribute() {
    while (!rest_.empty() && (is_space(rest_[0]) || rest_[0] == '/'))
      skip(1);
    if (rest_.empty())
      return cut_off();
    if (rest_[0] == '>') {
      skip(1);
      return std::nullopt;
    }
    raw_attribute out;
    // A `=` in front is part of the name.
    const auto name_end = std::min(rest_.find_first_of(" \t\n\r\f/>=", 1), rest_.size());
    out.name = lowered(rest_.substr(0, name_end));
    skip(name_end);
    skip(std::min(rest_.find_first_not_of(space), rest_.size()));
    if (rest_.empty())
      return cut_off();
    if (rest_[0] != '=')
      return out;
    skip(1);
    skip(std::min(rest_.find_first_not_of(space), rest_.size()));
    if (rest_.empty())
      return cut_off();
    if (const char quote = rest_[0]; quote == '"' || quote == '\'') {
      skip(1);
      const auto end = rest_.find(quote);
      if (end == string_view::npos)
        return cut_off();
      out.value = lowered(rest_.substr(0, end));
      skip(end + 1);
      return out;
    }
    const auto end = rest_.find_first_of(" \t\n\r\f>");
    if (end == string_view::npos)
      return cut_off();
    out.value = lowered(rest_.substr(0, end));
    skip(end);
    return out;
  }

  /// The bytes end within a tag: nothing that it says counts.
  std::optional<raw_attribute> cut_off() {
    rest_ = {};
    is_cut_off_ = true;
    return std::nullopt;
  }

  std::optional<string_view> meta() {
    std::vector<std::string> seen;
    bool is_content_type = false;
    std::optional<bool> needs_content_type;
    std::optional<string_view> found;
    while (const auto a = attribute()) {
      if (std::ranges::find(seen, a->name) != seen.end())
        continue;
      seen.push_back(a->name);
      if (a->name == "http-equiv" && a->value == "content-type") {
        is_content_type = true;
      } else if (a->name == "content" && !found) {
        found = encoding_of_label(charset_in(a->value));
        if (found)
          needs_content_type = true;
      } else if (a->name == "charset") {
        found = encoding_of_label(a->value);
        needs_content_type = false;
      }
    }
    if (is_cut_off_ || !found || !needs_content_type || (*needs_content_type && !is_content_type))
      return std::nullopt;
    // Who could read this so far does not read UTF-16.
    return found->starts_with("UTF-16") ? string_view("UTF-8") : found;
  }

  string_view rest_;
  bool is_cut_off_ = false;
};

/// `<?xml … encoding="…"?>`
std::optional<string_view> declared(string_view bytes) {
  if (!bytes.starts_with("<?xml"))
    return std::nullopt;
  const auto declaration = bytes.substr(0, bytes.find('>'));
  auto at = declaration.find("encoding");
  if (at == string_view::npos)
    return std::nullopt;
  at = declaration.find_first_not_of(" \t\n\r", at + 8);
  if (at == string_view::npos || declaration[at] != '=')
    return std::nullopt;
  at = declaration.find_first_not_of(" \t\n\r", at + 1);
  if (at == string_view::npos || (declaration[at] != '"' && declaration[at] != '\''))
    return std::nullopt;
  const auto end = declaration.find(declaration[at], at + 1);
  if (end == string_view::npos)
    return std::nullopt;
  const auto found = encoding_of_label(declaration.substr(at + 1, end - at - 1));
  return found && found->starts_with("UTF-16") ? std::optional<string_view>("UTF-8") : found;
}

} // namespace

std::string_view charset_in(std::string_view content) {
  constexpr string_view word = "charset";
  for (;;) {
    const auto* at = std::search(content.begin(), content.end(), word.begin(), word.end(),
                                 [](char a, char b) { return lower(a) == b; });
    if (at == content.end())
      return {};
    content.remove_prefix(static_cast<std::size_t>(at - content.begin()) + word.size());
    content.remove_prefix(std::min(content.find_first_not_of(space), content.size()));
    if (!content.starts_with('='))
      continue;
    content.remove_prefix(1);
    content.remove_prefix(std::min(content.find_first_not_of(space), content.size()));
    if (content.empty())
      return {};
    if (content[0] == '"' || content[0] == '\'') {
      const auto end = content.find(content[0], 1);
      return end == string_view::npos ? string_view{} : content.substr(1, end - 1);
    }
    return content.substr(0, content.find_first_of(" \t\n\r\f;"));
  }
}

std::optional<std::string_view> prescan(std::string_view bytes, markup kind) {
  bytes = bytes.substr(0, prescan_bytes);
  using namespace std::string_view_literals;
  if (bytes.starts_with("<\0?\0x\0"sv))
    return "UTF-16LE";
  if (bytes.starts_with("\0<\0?\0x"sv))
    return "UTF-16BE";
  if (const auto found = kind == markup::page ? scanner(bytes).encoding() : std::nullopt)
    return found;
  return declared(bytes);
}

} // namespace html
