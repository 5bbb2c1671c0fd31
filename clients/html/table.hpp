#pragma once

#include "clients/html/content.hpp"

#include <cstdint>
#include <vector>

namespace html {

/// A row wider than this is cut: such a table is no text.
inline constexpr std::size_t most_columns = 40;

struct table_cell {
  std::uint32_t index = 0;
  std::size_t first_column = 0;
  std::size_t columns = 1; ///< that it covers
};

struct table {
  std::vector<std::vector<table_cell>> rows; ///< none is empty
  std::size_t columns = 0;                   ///< of the widest row
  std::uint32_t caption = 0;                 ///< 0 = none
  bool is_data = false; ///< else it only arranges other things: one column, or cells that hold lists, headings, tables
};

/// The rows of the `table` at `index`, without what is dropped.
[[nodiscard]] table read_table(const tree& page, const content& what, std::uint32_t index);

} // namespace html
