#pragma once

#include "storage/session.hpp"

#include <charconv>

/// Rows from descriptions: a member is a column of the same name. NULL leaves a member's default, so that rows of older
/// databases can be read; members of struct, vector and JSON types are JSONB columns.
namespace storage {

namespace detail {

[[noreturn]] void throw_bad_column(std::string_view column, std::string_view why);
[[nodiscard]] boost::json::value parse_column(std::string_view text, std::string_view column);

template <class T>
void read_column(std::string_view text, T& out, std::string_view column) {
  if constexpr (base::detail::is_optional<T>) {
    typename T::value_type value{};
    read_column(text, value, column);
    if constexpr (std::same_as<typename T::value_type, base::timestamp>) {
      if (value == base::timestamp{})
        return; // older rows hold '' and worse
    }
    out = std::move(value);
  } else if constexpr (std::same_as<T, bool>) {
    out = text == "t" || text == "1" || text == "true";
  } else if constexpr (std::is_arithmetic_v<T>) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size())
      throw_bad_column(column, "is not a number of this size");
  } else if constexpr (base::detail::text_like<T>) {
    out = T(std::string(text));
  } else if constexpr (std::same_as<T, base::timestamp>) {
    if (const auto t = base::from_iso8601(text))
      out = *t;
  } else if constexpr (base::detail::is_duration<T>) {
    typename T::rep count{};
    read_column(text, count, column);
    out = T(count);
  } else if constexpr (base::described_enum<T>) {
    if constexpr (stored_as_number<T>) {
      int number = 0;
      read_column(text, number, column);
      out = static_cast<T>(number);
    } else if (const auto value = base::enum_value<T>(text)) {
      out = *value;
    } else {
      throw_bad_column(column, "holds an unknown word");
    }
  } else if constexpr (std::same_as<T, boost::json::value>) {
    out = parse_column(text, column);
  } else {
    base::field_errors errors; // what is not understood in older rows is left at its default
    base::read_json(parse_column(text, column), out, {}, errors);
  }
}

} // namespace detail

/// `"id", "name"` for each member of T; with `prefix` "a": `a."id", a."name"`.
template <base::described_struct T>
[[nodiscard]] std::string columns_of(std::string_view prefix = {}) {
  std::string out;
  base::for_each_member<T>([&](std::string_view name, auto) {
    out += out.empty() ? "" : ", ";
    if (!prefix.empty())
      out.append(prefix).append(".");
    out.append("\"").append(name).append("\"");
  });
  return out;
}

/// Every row of an answer; columns are found by name (after `prefix`, for joins), each member must be there.
template <base::described_struct T>
[[nodiscard]] std::vector<T> read_rows(const result_set& answer, std::string_view prefix = {}) {
  std::vector<T> out(answer.size());
  if (out.empty())
    return out;
  base::for_each_member<T>([&](std::string_view name, auto member) {
    const auto column = prefix.empty() ? answer.column(name) : answer.column(std::string(prefix).append(name));
    if (!column)
      detail::throw_bad_column(name, "is missing in the answer");
    for (std::size_t i = 0; i < out.size(); ++i)
      if (const auto text = answer.text(i, *column))
        detail::read_column(*text, out[i].*member, name);
      else if constexpr (base::detail::is_optional<std::remove_cvref_t<decltype(out[i].*member)>>)
        (out[i].*member).reset(); // NULL is empty, whatever the member begins with
  });
  return out;
}

template <base::described_struct T>
[[nodiscard]] std::optional<T> read_row(const result_set& answer) {
  auto rows = read_rows<T>(answer);
  if (rows.empty())
    return std::nullopt;
  return std::move(rows.front());
}

/// `SELECT <columns of T> FROM table tail`; `tail` begins with WHERE, ORDER BY …
template <base::described_struct T, class... Args>
[[nodiscard]] std::vector<T> select(session& s, std::string_view table, std::string_view tail, const Args&... args) {
  return read_rows<T>(
    s.exec("SELECT " + columns_of<T>() + " FROM " + std::string(table) + ' ' + std::string(tail), args...));
}

template <base::described_struct T, class... Args>
[[nodiscard]] std::optional<T> select_one(session& s, std::string_view table, std::string_view tail,
                                          const Args&... args) {
  return read_row<T>(
    s.exec("SELECT " + columns_of<T>() + " FROM " + std::string(table) + ' ' + std::string(tail), args...));
}

/// Inserts the whole row. `tail` may be `ON CONFLICT DO NOTHING`; answers whether a row was written.
template <base::described_struct T>
bool insert(session& s, std::string_view table, const T& row, std::string_view tail = {}) {
  std::vector<parameter> values;
  std::string marks;
  base::for_each_member<T>([&](std::string_view, auto member) {
    values.push_back(to_parameter(row.*member));
    marks += (marks.empty() ? "$" : ", $") + std::to_string(values.size());
  });
  return s.exec_with("INSERT INTO " + std::string(table) + " (" + columns_of<T>() + ") VALUES (" + marks + ") "
                       + std::string(tail),
                     std::move(values))
           .affected()
         > 0;
}

/// Writes all members of the row whose `key` column equals the row's; `and_where` may hold further conditions on
/// parameters from `$N+1` on, N being the number of members. Answers whether there was one.
template <base::described_struct T, class... Args>
bool update(session& s, std::string_view table, std::string_view key, const T& row, std::string_view and_where = {},
            const Args&... args) {
  std::vector<parameter> values;
  std::string sets;
  std::string key_mark;
  base::for_each_member<T>([&](std::string_view name, auto member) {
    values.push_back(to_parameter(row.*member));
    const auto mark = "$" + std::to_string(values.size());
    if (name == key)
      key_mark = mark;
    sets.append(sets.empty() ? "\"" : ", \"").append(name).append("\" = ").append(mark);
  });
  (values.push_back(to_parameter(args)), ...);
  return s.exec_with("UPDATE " + std::string(table) + " SET " + sets + " WHERE \"" + std::string(key)
                       + "\" = " + key_mark + ' ' + std::string(and_where),
                     std::move(values))
           .affected()
         > 0;
}

} // namespace storage
