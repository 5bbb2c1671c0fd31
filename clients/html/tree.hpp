#pragma once

#include "base/errc.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace html {

/// An element or a text of a page.
struct node {
  std::string_view
    tag;            ///< lower case, lives for ever; empty for a text, `unknown` for an element that HTML does not have
  std::string text; ///< of a text
  std::vector<std::pair<std::string, std::string>> attributes; ///< names in lower case, the first of each name only
  std::uint32_t parent = 0;
  std::uint32_t end = 0; ///< the node behind the last one below this: the children begin at the next index

  [[nodiscard]] bool is_text() const noexcept { return tag.empty(); }
  /// nullptr if it is not there.
  [[nodiscard]] const std::string* attribute(std::string_view name) const noexcept;
  /// Whether the attribute `class` holds this word.
  [[nodiscard]] bool has_class(std::string_view name) const noexcept;
};

/// Bounds of reading one page. Nothing here is beyond what real pages have; what is, was made to cost.
struct tree_bounds {
  std::size_t memory = 96 * 1024 * 1024; ///< of the parser; a page takes 6 (texts) to 25 times (tags) its own size
  std::uint32_t depth = 200;             ///< elements deeper than this become part of their ancestor there
  /// Asked every few hundred steps of the parser: true ends it. Some pages cost time in the square of their size
  /// (200,000 nested tags: more than a minute). Must not throw.
  std::function<bool()> give_up = {};
};

/// A page as a list of nodes in the order of the text; the first is `html`. The parent of a node stands before it.
class tree {
public:
  [[nodiscard]] const std::vector<node>& nodes() const noexcept { return nodes_; }
  [[nodiscard]] const node& operator[](std::uint32_t index) const noexcept { return nodes_[index]; }
  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(nodes_.size()); }

  /// Calls f(index) for each child.
  template <class F>
  void for_each_child(std::uint32_t parent, F&& f) const {
    for (auto child = parent + 1; child < nodes_[parent].end; child = nodes_[child].end)
      f(child);
  }
  /// The text below a node, white space and all.
  [[nodiscard]] std::string text_of(std::uint32_t index) const;

private:
  friend base::result<tree> parse(std::string_view, const tree_bounds&);
  std::vector<node> nodes_;
};

/// Reads a page in UTF-8 as a browser does (the tree construction of HTML5, without scripts).
/// errc::overloaded: the page is beyond `bounds`; errc::timeout: `give_up` said so.
[[nodiscard]] base::result<tree> parse(std::string_view utf8, const tree_bounds& bounds = {});

} // namespace html
