#pragma once

#include "clients/html/content.hpp"
#include "clients/http/url.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The words of a page within a line, as markdown.
namespace html {

/// An http or https address as the page means it, whole; nullopt for other schemes, places within the page, and what
/// cannot be read.
[[nodiscard]] std::optional<std::string> resolve_link(const net::url& base, std::string_view reference);

/// Whether an element stands on lines of its own.
[[nodiscard]] bool is_block(std::string_view tag);

/// What a run of inline elements says. White space is one space, also at the ends, or a line end for `<br>`.
class inline_text {
public:
  inline_text(const tree& page, const content& what, const net::url& base, std::size_t max_bytes)
    : page_(page), what_(what), base_(base), max_bytes_(max_bytes) {}

  /// Adds what `index` and all below it says; blocks in it are set apart by a space.
  void add(std::uint32_t index);
  /// The text so far, without space at its ends; begins anew.
  [[nodiscard]] std::string take();
  [[nodiscard]] bool is_blank() const;
  /// Whether what is added stands in a link: an image there is only its description.
  void inside_link(bool yes) { in_link_ = yes; }

private:
  void add_below(std::uint32_t index);
  void add_text(std::string_view text);
  void add_break();
  void add_marked(std::uint32_t index, std::string_view mark);
  void add_code(std::uint32_t index);
  void add_link(std::uint32_t index);
  void add_image(std::uint32_t index);
  /// What is below, by itself.
  [[nodiscard]] std::string below(std::uint32_t index);
  void add_space();

  const tree& page_;
  const content& what_;
  const net::url& base_;
  std::size_t max_bytes_;
  std::string out_;
  bool in_link_ = false;
};

/// `[text](address)`.
[[nodiscard]] std::string link(std::string_view text, std::string_view address);

/// `text` without space at its ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);
/// All white space as one space each, none at the ends, at most `max_bytes`.
[[nodiscard]] std::string in_one_line(std::string_view text, std::size_t max_bytes);

} // namespace html
