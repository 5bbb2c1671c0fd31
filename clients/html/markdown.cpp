#include "clients/html/markdown.hpp"

#include "base/encoding.hpp"
#include "clients/html/inline_text.hpp"
#include "clients/html/table.hpp"

#include <algorithm>
#include <charconv>

namespace html {

namespace {

using std::string_view;

/// Writes blocks. It recurses as deep as the tree is, which tree_bounds::depth limits.
class writer {
public:
  writer(const tree& page, const content& what, const net::url& base)
    : page_(page), what_(what), base_(base), has_blocks_(page.size()), words_(page, what, base, max_markdown_bytes) {
    for (auto i = page.size(); i-- > 1;)
      if (!what.dropped[i] && (is_block(page[i].tag) || has_blocks_[i]))
        has_blocks_[page[i].parent] = true;
  }

  markdown write(std::uint32_t root) {
    write_node(root);
    end_paragraph();
    markdown out;
    out.cut = is_full();
    out.text = std::string(base::cut_utf8(out_, max_markdown_bytes));
    return out;
  }

private:
  [[nodiscard]] bool is_full() const { return out_.size() > max_markdown_bytes; }

  void write_children(std::uint32_t parent) {
    page_.for_each_child(parent, [&](std::uint32_t child) { write_node(child); });
    end_paragraph();
  }

  void write_node(std::uint32_t index) {
    if (what_.dropped[index] || is_full())
      return;
    const auto& n = page_[index];
    if (n.is_text() || (!is_block(n.tag) && !has_blocks_[index]))
      return words_.add(index);
    end_paragraph();
    if (n.tag == "a")
      write_linked(index);
    else if (n.tag.size() == 2 && n.tag[0] == 'h' && n.tag[1] >= '1' && n.tag[1] <= '6')
      write_heading(index, static_cast<std::size_t>(n.tag[1] - '0'));
    else if (n.tag == "pre" || n.tag == "listing" || n.tag == "xmp" || n.tag == "plaintext")
      write_code(index);
    else if (n.tag == "blockquote")
      within("> ", "> ", [&] { write_children(index); });
    else if (n.tag == "ul" || n.tag == "ol" || n.tag == "menu" || n.tag == "dir")
      write_list(index);
    else if (n.tag == "dt")
      write_term(index);
    else if (n.tag == "li" || n.tag == "dd") // an `li` here is of no list
      write_item("- ", index);
    else if (n.tag == "table")
      write_table(index);
    else if (n.tag == "hr")
      write_block("---");
    else
      write_children(index);
  }

  /// Writes lines as one block, set apart from the one before.
  void write_block(string_view text) {
    if (text.empty())
      return;
    if (!out_.empty() && !tight_) {
      const auto same = std::ranges::mismatch(last_prefix_, prefix_).in1 - last_prefix_.begin();
      auto blank = last_prefix_.substr(0, static_cast<std::size_t>(same));
      blank.erase(blank.find_last_not_of(' ') + 1);
      out_ += blank + '\n';
    }
    tight_ = false;
    while (!text.empty() && !is_full()) {
      const auto end = std::min(text.find('\n'), text.size());
      auto line = (marker_ ? *marker_ : prefix_) + std::string(text.substr(0, end));
      marker_.reset();
      line.erase(line.find_last_not_of(' ') + 1);
      out_ += line + '\n';
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    last_prefix_ = prefix_;
  }

  /// What `inside` writes stands behind `first` in its first line, behind `rest` in the others.
  template <class F>
  void within(string_view first, string_view rest, F&& inside) {
    const auto marker = marker_;
    const auto prefix = prefix_;
    marker_ = marker.value_or(prefix) + std::string(first);
    prefix_ += rest;
    inside();
    prefix_ = prefix;
    if (marker_) // nothing was written
      marker_ = marker;
  }

  void end_paragraph() { write_block(with_link(words_.take())); }

  /// Inside a link that holds blocks, the first words of it are the link.
  std::string with_link(std::string words) {
    return link_.empty() || words.empty() ? words : link(words, std::exchange(link_, {}));
  }

  [[nodiscard]] std::string words_of(std::uint32_t index) const {
    inline_text words(page_, what_, base_, max_markdown_bytes);
    words.inside_link(!link_.empty());
    page_.for_each_child(index, [&](std::uint32_t child) { words.add(child); });
    return in_one_line(words.take(), max_markdown_bytes);
  }

  void write_linked(std::uint32_t index) {
    const auto* href = page_[index].attribute("href");
    link_ = href == nullptr ? std::string{} : resolve_link(base_, *href).value_or("");
    words_.inside_link(!link_.empty());
    write_children(index);
    words_.inside_link(false);
    link_.clear();
  }

  void write_heading(std::uint32_t index, std::size_t level) {
    if (const auto words = with_link(words_of(index)); !words.empty())
      write_block(std::string(level, '#') + ' ' + words);
  }

  void write_term(std::uint32_t index) {
    if (const auto words = words_of(index); !words.empty())
      write_block(words.find("**") == std::string::npos ? "**" + words + "**" : words);
    tight_ = true;
  }

  void write_item(string_view bullet, std::uint32_t index) {
    within(bullet, std::string(bullet.size(), ' '), [&] { write_children(index); });
  }

  void write_list(std::uint32_t index) {
    const auto& list = page_[index];
    std::int64_t number = 1;
    if (const auto* start = list.attribute("start"))
      std::from_chars(start->data(), start->data() + start->size(), number);
    tight_ = tight_ || lists_ > 0;
    ++lists_;
    page_.for_each_child(index, [&](std::uint32_t child) {
      if (what_.dropped[child])
        return;
      const auto& tag = page_[child].tag;
      if (tag == "li")
        write_item(list.tag == "ol" ? std::to_string(number++) + ". " : "- ", child);
      else if (tag == "ul" || tag == "ol") // some pages nest them so
        within("  ", "  ", [&] { write_list(child); });
      else
        return write_node(child);
      tight_ = true;
    });
    end_paragraph();
    --lists_;
    tight_ = false;
  }

  void write_code(std::uint32_t index) {
    std::string text;
    string_view language;
    for (auto i = index; i < page_[index].end && text.size() < max_markdown_bytes; ++i) {
      if (what_.dropped[i])
        continue;
      const auto& n = page_[i];
      text += n.tag == "br" ? "\n" : n.text;
      if (language.empty())
        language = language_of(n);
    }
    std::erase(text, '\r');
    text.erase(text.find_last_not_of(" \t\n") + 1);
    if (text.empty())
      return;
    std::size_t longest = 2;
    for (std::size_t at = 0; at < text.size(); ++at) {
      const auto ticks = std::min(text.find_first_not_of('`', at), text.size()) - at;
      longest = std::max(longest, ticks);
      at += ticks;
    }
    const std::string fence(longest + 1, '`');
    write_block(fence + std::string(language) + '\n' + text + '\n' + fence);
  }

  /// From the class that highlighters use: `language-cpp`, `lang-cpp`, `highlight-source-cpp`.
  static string_view language_of(const node& n) {
    const auto* classes = n.attribute("class");
    if (classes == nullptr)
      return {};
    for (const string_view mark : {"language-", "lang-", "highlight-source-"})
      if (const auto at = classes->find(mark); at != std::string::npos) {
        const auto name = string_view(*classes).substr(at + mark.size());
        const auto end = std::ranges::find_if_not(name, [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-'
                 || c == '#';
        });
        return name.substr(0, static_cast<std::size_t>(end - name.begin()));
      }
    return {};
  }

  void write_table(std::uint32_t index) {
    const auto t = read_table(page_, what_, index);
    if (t.caption != 0)
      write_children(t.caption);
    if (!t.is_data) {
      for (const auto& row : t.rows)
        for (const auto& cell : row)
          write_children(cell.index);
      return;
    }
    std::string out;
    for (const auto& row : t.rows) {
      if (out.size() > max_markdown_bytes)
        break;
      out += '|';
      std::size_t columns = 0;
      for (const auto& cell : row) {
        auto words = words_of(cell.index);
        for (std::size_t at = 0; (at = words.find('|', at)) != std::string::npos; at += 2)
          words.insert(at, 1, '\\');
        out += ' ' + words + " |";
        for (++columns; columns < cell.first_column + cell.columns; ++columns)
          out += "  |";
      }
      for (; columns < t.columns; ++columns)
        out += "  |";
      out += '\n';
      if (&row == &t.rows.front()) { // markdown knows no table without a head
        out += '|';
        for (std::size_t i = 0; i < t.columns; ++i)
          out += " --- |";
        out += '\n';
      }
    }
    write_block(out);
  }

  const tree& page_;
  const content& what_;
  const net::url& base_;
  std::vector<bool> has_blocks_; ///< below each node
  inline_text words_;            ///< of the paragraph that is under way
  std::string out_;
  std::string prefix_;                ///< of every line at this place
  std::string last_prefix_;           ///< of the line before
  std::optional<std::string> marker_; ///< in place of prefix_ in the next line: a bullet
  bool tight_ = false;                ///< no empty line before the next block
  int lists_ = 0;                     ///< around this place
  std::string link_;                  ///< where the next words lead
};

} // namespace

markdown to_markdown(const tree& page, const content& what, const net::url& base) {
  return writer(page, what, base).write(what.root);
}

} // namespace html
