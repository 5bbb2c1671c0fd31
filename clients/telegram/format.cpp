#include "clients/telegram/format.hpp"

#include "base/encoding.hpp"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace telegram {

namespace {

enum style : unsigned { bold = 1, italic = 2, strike = 4, code = 8, quote = 16, pre = 32 };

/// Text of one style.
struct span {
  std::string text;
  unsigned styles = 0;
  std::string link;     ///< of what is a link
  std::string language; ///< of a code block

  [[nodiscard]] bool looks_like(const span& other) const {
    return styles == other.styles && link == other.link && language == other.language;
  }
};

bool is_lead(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

/// Reads a parsed document from front to back.
class flattener {
public:
  std::vector<span> all(cmark_node* document) {
    const std::unique_ptr<cmark_iter, decltype(&cmark_iter_free)> it(cmark_iter_new(document), cmark_iter_free);
    for (auto event = cmark_iter_next(it.get()); event != CMARK_EVENT_DONE; event = cmark_iter_next(it.get())) {
      auto* node = cmark_iter_get_node(it.get());
      const std::string_view type = cmark_node_get_type_string(node);
      if (event == CMARK_EVENT_ENTER)
        enter(node, type);
      else
        leave(node, type);
    }
    while (!out_.empty() && out_.back().text.find_first_not_of('\n') == std::string::npos)
      out_.pop_back();
    return std::move(out_);
  }

private:
  struct list {
    bool ordered = false;
    int next = 1;
  };

  static std::string text_of(cmark_node* node) {
    const char* text = cmark_node_get_literal(node);
    return text == nullptr ? std::string{} : std::string(text);
  }

  void enter(cmark_node* node, std::string_view type) {
    if (type == "text" || type == "html_inline") {
      put(text_of(node), styles_);
    } else if (type == "softbreak" || type == "linebreak") {
      put(row_ ? " " : "\n", styles_);
    } else if (type == "code") {
      put(text_of(node), styles_ | code);
    } else if (type == "strong") {
      ++strong_;
      styles_ |= bold;
    } else if (type == "emph") {
      ++emphasis_;
      styles_ |= italic;
    } else if (type == "strikethrough") {
      styles_ |= strike;
    } else if (type == "link" || type == "image") {
      const char* url = cmark_node_get_url(node);
      const std::string_view address = url == nullptr ? "" : url;
      if (link_.empty()
          && (address.starts_with("https://") || address.starts_with("http://") || address.starts_with("tg://")))
        link_ = address;
      if (type == "image")
        put("🖼 ", styles_);
    } else if (type == "heading") {
      begin_block();
      styles_ |= bold;
    } else if (type == "paragraph") {
      begin_block();
    } else if (type == "block_quote") {
      ++quotes_;
      styles_ |= quote;
    } else if (type == "list") {
      lists_.push_back({cmark_node_get_list_type(node) == CMARK_ORDERED_LIST, cmark_node_get_list_start(node)});
    } else if (type == "item") {
      begin_item();
    } else if (type == "code_block") {
      begin_block();
      const char* info = cmark_node_get_fence_info(node);
      std::string language(info == nullptr ? "" : info);
      language.resize(std::min(language.find_first_of(" \t"), language.size()));
      auto text = text_of(node);
      while (text.ends_with('\n'))
        text.pop_back();
      out_.push_back({std::move(text), pre, {}, std::move(language)});
    } else if (type == "html_block") {
      begin_block();
      auto text = text_of(node);
      while (text.ends_with('\n'))
        text.pop_back();
      put(text, styles_);
    } else if (type == "thematic_break") {
      begin_block();
      put("———", styles_);
    } else if (type == "table") {
      begin_block();
      table_.clear();
    } else if (type == "table_row" || type == "table_header") {
      row_ = true;
      table_.emplace_back();
    } else if (type == "table_cell") {
      table_.back().emplace_back();
    }
  }

  void leave(cmark_node*, std::string_view type) {
    if (type == "strong") {
      if (--strong_ == 0)
        styles_ &= ~static_cast<unsigned>(bold);
    } else if (type == "emph") {
      if (--emphasis_ == 0)
        styles_ &= ~static_cast<unsigned>(italic);
    } else if (type == "strikethrough") {
      styles_ &= ~static_cast<unsigned>(strike);
    } else if (type == "heading") {
      styles_ &= ~static_cast<unsigned>(bold);
    } else if (type == "link" || type == "image") {
      link_.clear();
    } else if (type == "block_quote") {
      if (--quotes_ == 0)
        styles_ &= ~static_cast<unsigned>(quote);
    } else if (type == "list") {
      lists_.pop_back();
    } else if (type == "table") {
      row_ = false;
      out_.push_back({drawn_table(), pre, {}, {}});
    }
  }

  /// A line between blocks, or the place behind an item's mark.
  void begin_block() {
    if (std::exchange(behind_mark_, false) || out_.empty())
      return;
    put(lists_.empty() ? "\n\n" : "\n" + std::string(lists_.size() * 2, ' '), quotes_ > 0 ? styles_ & quote : 0);
  }

  void begin_item() {
    if (!out_.empty())
      put("\n", 0);
    auto& in = lists_.back();
    std::string mark(std::min<std::size_t>(lists_.size() - 1, 20) * 2, ' ');
    mark += in.ordered ? std::to_string(in.next) + ". " : "• ";
    ++in.next;
    put(mark, styles_);
    behind_mark_ = true;
  }

  void put(std::string text, unsigned styles) {
    if (row_ && !table_.empty() && !table_.back().empty()) {
      table_.back().back() += text;
      return;
    }
    if (text.empty())
      return;
    if ((styles & quote) != 0)
      styles &= ~static_cast<unsigned>(code); // Telegram takes no code inside of anything
    if ((styles & code) != 0)
      styles = code;
    span next{std::move(text), styles, (styles & code) != 0 ? std::string{} : link_, {}};
    if (!out_.empty() && out_.back().looks_like(next) && (next.styles & pre) == 0)
      out_.back().text += next.text;
    else
      out_.push_back(std::move(next));
  }

  [[nodiscard]] std::string drawn_table() const {
    std::vector<std::size_t> widths;
    const auto width
      = [](std::string_view text) { return static_cast<std::size_t>(std::ranges::count_if(text, is_lead)); };
    for (const auto& row : table_)
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (widths.size() <= i)
          widths.push_back(0);
        widths[i] = std::max(widths[i], width(row[i]));
      }
    std::string out;
    for (std::size_t r = 0; r < table_.size(); ++r) {
      std::string line;
      for (std::size_t i = 0; i < table_[r].size(); ++i)
        line += table_[r][i] + std::string(widths[i] - width(table_[r][i]) + 2, ' ');
      line.resize(line.find_last_not_of(' ') + 1);
      out += (r == 0 ? "" : "\n") + line;
      if (r == 0) {
        std::size_t whole = 0;
        for (const auto w : widths)
          whole += w + 2;
        out += "\n" + std::string(whole < 2 ? 0 : whole - 2, '-');
      }
    }
    return out;
  }

  std::vector<span> out_;
  unsigned styles_ = 0;
  int strong_ = 0;
  int emphasis_ = 0;
  int quotes_ = 0;
  std::string link_;
  std::vector<list> lists_;
  bool behind_mark_ = false;
  bool row_ = false;
  std::vector<std::vector<std::string>> table_;
};

std::vector<span> parse(std::string_view markdown) {
  static const bool registered = (cmark_gfm_core_extensions_ensure_registered(), true);
  static_cast<void>(registered);
  const std::unique_ptr<cmark_parser, decltype(&cmark_parser_free)> parser(cmark_parser_new(CMARK_OPT_DEFAULT),
                                                                           cmark_parser_free);
  for (const auto* name : {"table", "strikethrough", "autolink"})
    if (auto* extension = cmark_find_syntax_extension(name))
      cmark_parser_attach_syntax_extension(parser.get(), extension);
  cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
  const std::unique_ptr<cmark_node, decltype(&cmark_node_free)> document(cmark_parser_finish(parser.get()),
                                                                         cmark_node_free);
  return flattener{}.all(document.get());
}

/// Where the front part of at most `units` ends: behind the last empty line, line or word of its second half, else between
/// two characters.
std::size_t cut_of(std::string_view text, std::size_t units) {
  std::size_t end = 0;
  std::size_t used = 0;
  while (end < text.size()) {
    auto next = end + 1;
    while (next < text.size() && !is_lead(text[next]))
      ++next;
    const auto cost = next - end == 4 ? 2U : 1U;
    if (used + cost > units)
      break;
    used += cost;
    end = next;
  }
  if (end == text.size())
    return end;
  const auto front = text.substr(0, end);
  for (const std::string_view mark : {"\n\n", "\n", " "})
    if (const auto at = front.rfind(mark); at != std::string_view::npos && at >= end / 2)
      return at + mark.size();
  return end;
}

std::string trimmed(std::string text) {
  text.erase(0, std::min(text.find_first_not_of('\n'), text.size()));
  text.resize(text.find_last_not_of(" \n") + 1);
  return text;
}

/// Tags of a span, from the outside in.
std::vector<std::string> tags_of(const span& s) {
  if ((s.styles & pre) != 0)
    return s.language.empty() ? std::vector<std::string>{"pre"}
                              : std::vector<std::string>{"pre", "code class=\"language-" + escaped(s.language) + "\""};
  if ((s.styles & code) != 0)
    return {"code"};
  std::vector<std::string> out;
  if ((s.styles & quote) != 0)
    out.emplace_back("blockquote");
  if (!s.link.empty())
    out.push_back("a href=\"" + escaped(s.link) + "\"");
  if ((s.styles & bold) != 0)
    out.emplace_back("b");
  if ((s.styles & italic) != 0)
    out.emplace_back("i");
  if ((s.styles & strike) != 0)
    out.emplace_back("s");
  return out;
}

std::string rendered(const std::vector<span>& spans) {
  std::string out;
  std::vector<std::string> open;
  const auto close_to = [&](std::size_t depth) {
    for (; open.size() > depth; open.pop_back())
      out.append("</").append(open.back(), 0, open.back().find(' ')).append(">");
  };
  for (const auto& s : spans) {
    const auto wanted = tags_of(s);
    const auto same = static_cast<std::size_t>(std::ranges::mismatch(open, wanted).in1 - open.begin());
    close_to((s.styles & pre) != 0 ? 0 : same); // two code blocks are two
    for (auto i = open.size(); i < wanted.size(); ++i) {
      out.append("<").append(wanted[i]).append(">");
      open.push_back(wanted[i]);
    }
    out += escaped(s.text);
  }
  close_to(0);
  return out;
}

formatted made(std::vector<span> spans) {
  while (!spans.empty() && trimmed(spans.front().text).empty())
    spans.erase(spans.begin());
  while (!spans.empty() && trimmed(spans.back().text).empty())
    spans.pop_back();
  if (spans.empty())
    return {};
  spans.front().text.erase(0, std::min(spans.front().text.find_first_not_of('\n'), spans.front().text.size()));
  spans.back().text.resize(spans.back().text.find_last_not_of(" \n") + 1);
  formatted out;
  for (const auto& s : spans)
    out.plain += s.text;
  out.html = rendered(spans);
  return out;
}

} // namespace

std::size_t utf16_units(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text)
    if (is_lead(c))
      units += static_cast<unsigned char>(c) >= 0xF0 ? 2 : 1;
  return units;
}

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text)
    switch (c) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '"': out += "&quot;"; break;
    default: out += c;
    }
  return out;
}

std::vector<formatted> to_messages(std::string_view markdown) {
  auto text = base::to_clean_utf8(base::cut_utf8(markdown, most_markdown_bytes));
  if (text.size() < markdown.size())
    text += "\n\n[cut]";
  std::vector<formatted> out;
  std::vector<span> now;
  std::size_t used = 0;
  const auto flush = [&] {
    if (auto message = made(std::move(now)); !message.plain.empty())
      out.push_back(std::move(message));
    now.clear();
    used = 0;
  };
  for (auto& s : parse(text)) {
    const auto units = utf16_units(s.text);
    if ((s.styles & pre) != 0 && used + units > most_units && units <= most_units)
      flush(); // whole, in a message of its own
    while (used + utf16_units(s.text) > most_units) {
      const auto room = most_units - used;
      auto end = cut_of(s.text, room);
      const bool at_a_place = end > 0 && (s.text[end - 1] == '\n' || s.text[end - 1] == ' ');
      if (used > 0 && !at_a_place) { // rather before it than inside a word
        flush();
        continue;
      }
      span front = s;
      front.text = s.text.substr(0, end);
      s.text.erase(0, end);
      now.push_back(std::move(front));
      flush();
    }
    used += utf16_units(s.text);
    if (!s.text.empty())
      now.push_back(std::move(s));
  }
  flush();
  return out;
}

} // namespace telegram
