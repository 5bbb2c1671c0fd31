#include "tests/support/postgres.hpp"

#include "base/ids.hpp"
#include "storage/migrator.hpp"
#include "storage/private_cluster.hpp"

#include <sys/stat.h>

#include <atomic>
#include <mutex>
#include <stdexcept>

namespace tests {

namespace {

struct running_postgres {
  temporary_folder folder;
  std::shared_ptr<storage::private_cluster> cluster;
};

running_postgres& instance() {
  static running_postgres one{{}, nullptr};
  static std::once_flag once;
  std::call_once(once,
                 [] { one.cluster = storage::private_cluster::start({.data_dir = one.folder.path(), .bin_dir = {}}); });
  return one;
}

void run(const std::string& sql) { storage::session(postgres_conninfo()).exec(sql); }

/// A database with the newest schema, which the others are copies of.
const std::string& migrated_template() {
  static const std::string name = [] {
    run("CREATE DATABASE test_template");
    storage::session s(postgres_conninfo("test_template"));
    storage::migrate(s, storage::aide_plan(), *base::system_clock(), storage::migration_mode::apply);
    return std::string("test_template");
  }();
  return name;
}

} // namespace

temporary_folder::temporary_folder() {
  auto name = (std::filesystem::temp_directory_path() / "oai-web-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("mkdtemp: " + name);
  path_ = name;
  ::chmod(path_.c_str(), 0711);
}

temporary_folder::~temporary_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

base::secret postgres_conninfo(const std::string& database) { return instance().cluster->conninfo(database); }

test_database::test_database(tests::content content) {
  static std::atomic<int> number{0};
  name_ = "test_" + std::to_string(++number);
  run("CREATE DATABASE " + name_ + " TEMPLATE " + (content == content::newest ? migrated_template() : "template0"));
}

test_database::~test_database() {
  try {
    run("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  } catch (const std::exception&) { // the whole cluster goes soon
  }
}

} // namespace tests
