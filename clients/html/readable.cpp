#include "clients/html/readable.hpp"

#include "base/encoding.hpp"
#include "clients/html/charset.hpp"
#include "clients/html/inline_text.hpp"
#include "clients/html/markdown.hpp"

#include <algorithm>
#include <array>

namespace html {

namespace {

using std::string_view;

constexpr std::size_t most_title_bytes = 500;
/// Bytes that are looked at where no type was given.
constexpr std::size_t looked_at = 512;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_word(string_view text, string_view word) {
  return text.size() >= word.size() && std::ranges::equal(text.substr(0, word.size()), word, {}, lower);
}

/// `text/html` of `Text/HTML; charset=…`.
std::string media_type(string_view content_type) {
  std::string out(trimmed(content_type.substr(0, content_type.find(';'))));
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool has_mark_of_utf16(string_view bytes) { return bytes.starts_with("\xFE\xFF") || bytes.starts_with("\xFF\xFE"); }

/// Text has no NUL, and of the control characters only a few (https://mimesniff.spec.whatwg.org/#binary-data-byte).
bool looks_binary(string_view bytes) {
  if (has_mark_of_utf16(bytes))
    return false;
  return std::ranges::any_of(bytes.substr(0, looked_at), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x08 || byte == 0x0B || (byte >= 0x0E && byte <= 0x1A) || (byte >= 0x1C && byte <= 0x1F);
  });
}

text_kind kind_by_bytes(string_view bytes) {
  if (looks_binary(bytes))
    return text_kind::none;
  if (bytes.starts_with("\xEF\xBB\xBF"))
    bytes.remove_prefix(3);
  const auto begin = trimmed(bytes.substr(0, looked_at));
  static constexpr std::array<string_view, 10> of_pages{"<!doctype html", "<html", "<head", "<body", "<script",
                                                        "<title",         "<div",  "<p",    "<h1",   "<table"};
  if (std::ranges::any_of(of_pages, [&](auto word) { return starts_with_word(begin, word); }))
    return text_kind::page;
  return begin.starts_with("<?xml") ? text_kind::xml : text_kind::plain;
}

/// The content of the first `<meta>` of that name.
std::string meta_of(const tree& page, string_view name) {
  for (const auto& n : page.nodes()) {
    if (n.tag != "meta")
      continue;
    const auto* its = n.attribute("name");
    if (its == nullptr)
      its = n.attribute("property");
    const auto* content = n.attribute("content");
    if (its != nullptr && content != nullptr && its->size() == name.size() && starts_with_word(*its, name))
      if (auto text = in_one_line(*content, most_title_bytes); !text.empty())
        return text;
  }
  return {};
}

std::string first_text(const tree& page, string_view tag) {
  for (std::uint32_t i = 0; i < page.size(); ++i)
    if (page[i].tag == tag)
      if (auto text = in_one_line(page.text_of(i), most_title_bytes); !text.empty())
        return text;
  return {};
}

std::string title_of(const tree& page) {
  for (auto title : {first_text(page, "title"), meta_of(page, "og:title"), first_text(page, "h1")})
    if (!title.empty())
      return title;
  return {};
}

net::url base_of(const tree& page, const net::url& from) {
  for (const auto& n : page.nodes())
    if (n.tag == "base")
      if (const auto* href = n.attribute("href")) { // the first that has one, even if it cannot be read
        const auto found = net::resolve_url(from, trimmed(*href));
        return found ? *found : from;
      }
  return from;
}

base::result<readable> read_html(string_view utf8, const net::url& from, const tree_bounds& bounds) {
  const auto page = parse(utf8, bounds);
  if (!page)
    return page.error();
  readable out;
  out.title = title_of(*page);
  out.description = meta_of(*page, "description");
  if (out.description.empty())
    out.description = meta_of(*page, "og:description");
  const auto base = base_of(*page, from);
  out.base = base.text;
  auto text = to_markdown(*page, find_content(*page, without_scripts::dropped), base);
  if (text.text.empty()) // "this page needs JavaScript" is better than nothing
    text = to_markdown(*page, find_content(*page, without_scripts::read), base);
  out.text = std::move(text.text);
  out.cut = text.cut;
  return out;
}

} // namespace

text_kind kind_of(string_view content_type, string_view bytes) {
  const auto type = media_type(content_type);
  if (type.empty() || type == "application/octet-stream" || type == "binary/octet-stream")
    return kind_by_bytes(bytes);
  if (type == "text/html" || type == "application/xhtml+xml")
    return text_kind::page;
  const auto charset = encoding_of_label(header_parameter(content_type, "charset"));
  if (!(charset && charset->starts_with("UTF-16")) && looks_binary(bytes)) // servers call unknown files text/plain
    return text_kind::none;
  if (type == "text/xml" || type == "application/xml" || type.ends_with("+xml"))
    return type == "image/svg+xml" ? text_kind::none : text_kind::xml;
  static constexpr std::array<string_view, 10> texts{
    "application/json",     "application/javascript", "application/ecmascript", "application/x-javascript",
    "application/x-ndjson", "application/yaml",       "application/x-yaml",     "application/toml",
    "application/sql",      "application/rtf"};
  const bool is_text = type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+yaml")
                       || std::ranges::find(texts, type) != texts.end();
  return is_text ? text_kind::plain : text_kind::none;
}

base::result<readable> read_page(string_view bytes, string_view content_type, const net::url& from,
                                 const tree_bounds& bounds) {
  const auto kind = kind_of(content_type, bytes);
  if (kind == text_kind::none)
    return base::fail(base::errc::unsupported, "This is no text that can be read.");
  const auto told = kind == text_kind::page ? markup::page : kind == text_kind::xml ? markup::xml : markup::none;
  auto text = to_utf8(bytes, encoding_of(bytes, content_type, told));
  if (kind == text_kind::page)
    return read_html(text, from, bounds);
  readable out;
  out.base = from.text;
  out.cut = text.size() > max_markdown_bytes;
  out.text = out.cut ? std::string(base::cut_utf8(text, max_markdown_bytes)) : std::move(text);
  return out;
}

} // namespace html
