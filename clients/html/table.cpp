#include "clients/html/table.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace html {

namespace {

/// Columns that a cell covers.
std::size_t span_of(const node& cell) {
  std::size_t span = 1;
  if (const auto* text = cell.attribute("colspan"))
    std::from_chars(text->data(), text->data() + text->size(), span);
  return std::clamp<std::size_t>(span, 1, most_columns);
}

std::vector<table_cell> read_row(const tree& page, const content& what, std::uint32_t row) {
  std::vector<table_cell> cells;
  std::size_t column = 0;
  page.for_each_child(row, [&](std::uint32_t child) {
    if (what.dropped[child] || (page[child].tag != "td" && page[child].tag != "th") || column >= most_columns)
      return;
    cells.push_back({child, column, std::min(span_of(page[child]), most_columns - column)});
    column += cells.back().columns;
  });
  return cells;
}

bool holds_more_than_words(const tree& page, std::uint32_t table) {
  static constexpr std::array<std::string_view, 13> structure{"table", "ul", "ol", "dl", "pre", "blockquote", "h1",
                                                              "h2",    "h3", "h4", "h5", "h6",  "article"};
  for (auto i = table + 1; i < page[table].end; ++i)
    if (std::ranges::find(structure, page[i].tag) != structure.end())
      return true;
  return false;
}

} // namespace

table read_table(const tree& page, const content& what, std::uint32_t index) {
  table out;
  const auto take = [&](std::uint32_t row) {
    if (what.dropped[row] || page[row].tag != "tr")
      return;
    if (auto cells = read_row(page, what, row); !cells.empty()) {
      out.columns = std::max(out.columns, cells.back().first_column + cells.back().columns);
      out.rows.push_back(std::move(cells));
    }
  };
  page.for_each_child(index, [&](std::uint32_t child) {
    const auto& tag = page[child].tag;
    if (what.dropped[child])
      return;
    if (tag == "caption" && out.caption == 0)
      out.caption = child;
    else if (tag == "tbody" || tag == "thead" || tag == "tfoot")
      page.for_each_child(child, take);
    else
      take(child);
  });
  const auto* role = page[index].attribute("role");
  const bool arranges = role != nullptr && (*role == "presentation" || *role == "none");
  out.is_data = out.columns > 1 && !arranges && !holds_more_than_words(page, index);
  return out;
}

} // namespace html
