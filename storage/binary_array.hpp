#pragma once

#include "storage/parameters.hpp"

#include <bit>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace storage {

/// A one-dimensional array in PostgreSQL's binary form (array_recv in src/backend/utils/adt/arrayfuncs.c): dimensions,
/// whether there are NULLs, element type, length, first index, then each element with its size. Nothing to quote, and a
/// batch of rows is one statement with one array a column.
class binary_array {
public:
  static constexpr std::uint32_t boolean = 16, bigint = 20, integer = 23, text = 25, real8 = 701; // oids of pg_type

  explicit binary_array(std::uint32_t element_type, std::size_t expected_bytes = 0) {
    out_.reserve(header_bytes + expected_bytes);
    put(std::uint32_t{1});
    put(std::uint32_t{0}); // NULLs: set by add_null
    put(element_type);
    put(std::uint32_t{0}); // length: set by take
    put(std::uint32_t{1});
  }

  void add(std::string_view s) {
    put(static_cast<std::uint32_t>(s.size()));
    out_.append(s);
    ++count_;
  }
  void add(const std::string& s) { add(std::string_view(s)); }
  void add(const std::optional<std::string>& s) {
    if (s)
      add(std::string_view(*s));
    else
      add_null();
  }
  void add(bool b) {
    put(std::uint32_t{1});
    out_ += static_cast<char>(b);
    ++count_;
  }
  void add(std::int32_t n) {
    put(std::uint32_t{4});
    put(static_cast<std::uint32_t>(n));
    ++count_;
  }
  void add(std::int64_t n) {
    put(std::uint32_t{8});
    put(static_cast<std::uint64_t>(n));
    ++count_;
  }
  void add(double d) {
    put(std::uint32_t{8});
    put(std::bit_cast<std::uint64_t>(d));
    ++count_;
  }
  void add(std::optional<double> d) {
    if (d)
      add(*d);
    else
      add_null();
  }
  void add_null() {
    put(0xFFFFFFFFU);
    has_null_ = true;
    ++count_;
  }

  [[nodiscard]] std::size_t size() const noexcept { return count_; }

  /// The finished parameter; the array is used up.
  [[nodiscard]] parameter take() {
    overwrite(4, has_null_ ? 1 : 0);
    overwrite(12, static_cast<std::uint32_t>(count_));
    return binary{std::move(out_)};
  }

private:
  static constexpr std::size_t header_bytes = 20;

  template <class T>
  static T to_network(T v) {
    if constexpr (std::endian::native == std::endian::big)
      return v;
    else if constexpr (sizeof(T) == 8)
      return __builtin_bswap64(v);
    else
      return __builtin_bswap32(v);
  }
  template <class T>
  void put(T v) {
    v = to_network(v);
    out_.append(reinterpret_cast<const char*>(&v), sizeof v);
  }
  void overwrite(std::size_t at, std::uint32_t v) {
    v = to_network(v);
    std::memcpy(out_.data() + at, &v, sizeof v);
  }

  std::string out_;
  std::uint32_t count_ = 0;
  bool has_null_ = false;
};

} // namespace storage
