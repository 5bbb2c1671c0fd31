#include "clients/html/inline_text.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <array>

namespace html {

namespace {

using std::string_view;

constexpr string_view no_break_space = "\xC2\xA0";

/// Words of an image's description that are read; a longer one is a page of its own.
constexpr std::size_t most_alt_bytes = 500;

bool is_space(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; }

/// Brackets would end a link's text.
std::string escaped(string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']')
      out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

} // namespace

std::optional<std::string> resolve_link(const net::url& base, string_view reference) {
  reference = trimmed(reference);
  if (reference.empty() || reference[0] == '#')
    return std::nullopt;
  std::string clean; // browsers take addresses with spaces and line ends in them
  for (const char c : reference)
    if (c == ' ')
      clean += "%20";
    else if (!is_space(c))
      clean += c == '\\' ? '/' : c;
  auto found = net::resolve_url(base, clean);
  if (!found)
    return std::nullopt;
  for (std::size_t at = 0; (at = found->text.find_first_of("()", at)) != std::string::npos; at += 3)
    found->text.replace(at, 1, found->text[at] == '(' ? "%28" : "%29"); // they would end the link
  return std::move(found->text);
}

bool is_block(string_view tag) {
  static constexpr std::array<string_view, 45> blocks{
    "address", "article",   "aside",  "blockquote", "body",    "caption",  "center",     "dd",     "details",
    "dialog",  "dir",       "div",    "dl",         "dt",      "fieldset", "figcaption", "figure", "footer",
    "form",    "h1",        "h2",     "h3",         "h4",      "h5",       "h6",         "header", "hgroup",
    "hr",      "html",      "legend", "li",         "listing", "main",     "menu",       "nav",    "ol",
    "p",       "plaintext", "pre",    "section",    "summary", "table",    "ul",         "xmp",    "search"};
  static constexpr std::array<string_view, 7> of_tables{"tbody", "thead", "tfoot", "tr", "td", "th", "colgroup"};
  return std::ranges::find(blocks, tag) != blocks.end() || std::ranges::find(of_tables, tag) != of_tables.end();
}

string_view trimmed(string_view text) {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

std::string in_one_line(string_view text, std::size_t max_bytes) {
  std::string out;
  for (const char c : text) {
    if (!is_space(c))
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
    if (out.size() > max_bytes)
      break;
  }
  return std::string(trimmed(base::cut_utf8(out, max_bytes)));
}

std::string link(string_view text, string_view address) {
  return '[' + escaped(text) + "](" + std::string(address) + ')';
}

void inline_text::add_space() {
  if (!out_.empty() && !is_space(out_.back()))
    out_ += ' ';
}

void inline_text::add_text(string_view text) {
  for (std::size_t at = 0; at < text.size() && out_.size() < max_bytes_; ++at) {
    if (text.substr(at).starts_with(no_break_space)) {
      out_ += ' ';
      ++at;
    } else if (!is_space(text[at])) {
      out_ += text[at];
    } else if (out_.empty() || !is_space(out_.back())) {
      out_ += ' ';
    }
  }
}

/// Two of them are how many pages write a new paragraph.
void inline_text::add_break() {
  out_.erase(out_.find_last_not_of(' ') + 1);
  if (!out_.ends_with("\n\n"))
    out_ += '\n';
}

void inline_text::add(std::uint32_t index) {
  if (what_.dropped[index] || out_.size() >= max_bytes_)
    return;
  const auto& n = page_[index];
  if (n.is_text())
    add_text(n.text);
  else if (n.tag == "br")
    add_break();
  else if (n.tag == "img")
    add_image(index);
  else if (n.tag == "a")
    add_link(index);
  else if (n.tag == "code" || n.tag == "kbd" || n.tag == "samp" || n.tag == "tt")
    add_code(index);
  else if (n.tag == "strong" || n.tag == "b")
    add_marked(index, "**");
  else if (n.tag == "em" || n.tag == "i")
    add_marked(index, "*");
  else if (n.tag == "del" || n.tag == "s" || n.tag == "strike")
    add_marked(index, "~~");
  else if (is_block(n.tag)) {
    add_space();
    add_below(index);
    add_space();
  } else
    add_below(index);
}

void inline_text::add_below(std::uint32_t index) {
  page_.for_each_child(index, [&](std::uint32_t child) { add(child); });
}

std::string inline_text::below(std::uint32_t index) {
  auto before = std::exchange(out_, {});
  const auto room = max_bytes_;
  max_bytes_ -= std::min(room, before.size());
  add_below(index);
  max_bytes_ = room;
  return std::exchange(out_, std::move(before));
}

/// The marks stand at the words, not at the space around them: `** bold **` is none.
void inline_text::add_marked(std::uint32_t index, string_view mark) {
  const auto text = below(index);
  const auto words = trimmed(text);
  if (words.empty() || words.find("**") != string_view::npos || words.find('\n') != string_view::npos) {
    out_ += text;
    return;
  }
  if (is_space(text.front()))
    add_space();
  out_ += mark;
  out_ += words;
  out_ += mark;
  if (is_space(text.back()))
    out_ += ' ';
}

void inline_text::add_code(std::uint32_t index) {
  std::string text;
  for (auto i = index; i < page_[index].end && text.size() < max_bytes_; ++i)
    if (!what_.dropped[i])
      text += page_[i].text;
  text = in_one_line(text, max_bytes_);
  if (text.empty())
    return;
  const string_view fence = text.find('`') == std::string::npos ? "`" : "``";
  out_ += fence;
  out_ += (text.front() == '`' ? " " : "") + text + (text.back() == '`' ? " " : "");
  out_ += fence;
}

void inline_text::add_link(std::uint32_t index) {
  const bool was_in_link = std::exchange(in_link_, true);
  const auto text = below(index);
  in_link_ = was_in_link;
  const auto words = trimmed(text);
  const auto* href = page_[index].attribute("href");
  const auto address = href == nullptr ? std::nullopt : resolve_link(base_, *href);
  if (!words.empty() && is_space(text.front()))
    add_space();
  if (address && !words.empty())
    out_ += link(words, *address);
  else
    out_ += words;
  if (!words.empty() && is_space(text.back()))
    out_ += ' ';
}

void inline_text::add_image(std::uint32_t index) {
  const auto* alt = page_[index].attribute("alt");
  const auto words = alt == nullptr ? std::string{} : in_one_line(*alt, most_alt_bytes);
  if (words.empty())
    return;
  const auto* source = page_[index].attribute("src");
  const auto address = source == nullptr || in_link_ ? std::nullopt : resolve_link(base_, *source);
  out_ += address ? '!' + link(words, *address) : words;
}

bool inline_text::is_blank() const { return std::ranges::all_of(out_, is_space); }

std::string inline_text::take() { return std::string(trimmed(std::exchange(out_, {}))); }

} // namespace html
