#pragma once

#include "base/secret.hpp"
#include "storage/parameters.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// PostgreSQL. Everything here throws base::failure_error: unavailable (the connection is broken, make a new session),
/// conflict (unique violation, serialization), not_found (a row that is referred to is not there), invalid (the
/// database refuses the data), timeout (statement_timeout), denied, overloaded, internal.
namespace storage {

/// What a statement answered. Cheap to copy; keeps its data alive.
class result_set {
public:
  result_set();
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// Rows changed by INSERT, UPDATE, DELETE.
  [[nodiscard]] std::int64_t affected() const;
  /// nullopt for a column that the answer does not have.
  [[nodiscard]] std::optional<int> column(std::string_view name) const;
  /// The text form of a value; nullopt for NULL. Valid while this result_set lives.
  [[nodiscard]] std::optional<std::string_view> text(std::size_t row, int column) const;

private:
  friend class session;
  struct impl;
  std::shared_ptr<const impl> impl_;
};

struct session_options {
  std::chrono::milliseconds statement_timeout{15'000}; ///< 0 = none
  std::chrono::seconds connect_timeout{5};
  std::string application_name = "oai-web";
};

/// One connection. Not thread safe; a broken one stays broken.
class session {
public:
  /// Connects. `conninfo` is libpq's: a URL or `key=value …`.
  explicit session(const base::secret& conninfo, const session_options& options = {});
  ~session();
  session(session&&) noexcept;
  session& operator=(session&&) noexcept;

  [[nodiscard]] bool is_open() const noexcept;
  /// Whether the server has closed the connection since the last statement (it was restarted). Sends nothing; not within a
  /// transaction.
  [[nodiscard]] bool was_closed() const noexcept;

  /// One statement with `$1` … parameters, alone or in the open transaction.
  template <class... Args>
  result_set exec(std::string_view sql, const Args&... args) {
    return exec_with(sql, to_parameters(args...));
  }
  result_set exec_with(std::string_view sql, std::vector<parameter> parameters);

  /// Several statements separated by `;`, without parameters.
  void exec_script(std::string_view sql);

  void prepare(const std::string& name, std::string_view sql);
  result_set exec_prepared(const std::string& name, std::vector<parameter> parameters);

  /// Interrupts the running statement from another thread; it ends with timeout.
  void cancel();

private:
  friend class transaction;
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// The same connection as environment variables of libpq's programs (PGHOST, PGPASSWORD, …), so that no argument list
/// shows a password. Throws invalid for what is not a conninfo.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> libpq_environment(const base::secret& conninfo);

/// A transaction: rolled back unless commit() was called. No nesting.
class transaction {
public:
  explicit transaction(session& s);
  ~transaction();
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  /// unavailable: the connection broke, and whether it was committed is unknown.
  void commit();

private:
  session& session_;
  bool done_ = false;
};

} // namespace storage
