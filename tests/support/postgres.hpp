#pragma once

#include "base/secret.hpp"
#include "storage/session.hpp"

#include <filesystem>
#include <memory>
#include <string>

/// A real PostgreSQL for tests: started once per test program, with a database of its own for each test that asks.
namespace tests {

/// A folder that is gone with this object; others may pass it, as the private PostgreSQL runs as a user of its own.
class temporary_folder {
public:
  temporary_folder();
  ~temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::filesystem::path path_;
};

/// conninfo of the maintenance database of this program's PostgreSQL, which is started by the first call.
[[nodiscard]] base::secret postgres_conninfo(const std::string& database = "postgres");

enum class content {
  empty,  ///< no table
  newest, ///< the aide schema as this program has it
};

/// A database that is dropped with this object. Close every session to it first.
class test_database {
public:
  explicit test_database(tests::content content = content::newest);
  ~test_database();
  test_database(const test_database&) = delete;
  test_database& operator=(const test_database&) = delete;

  [[nodiscard]] base::secret conninfo() const { return postgres_conninfo(name_); }
  [[nodiscard]] storage::session open() const { return storage::session(conninfo()); }

private:
  std::string name_;
};

} // namespace tests
