#include "storage/open_databases.hpp"

#include "base/ids.hpp"
#include "security/vault.hpp"
#include "storage/cluster_files.hpp"
#include "storage/credentials.hpp"
#include "storage/migrator.hpp"
#include "storage/private_cluster.hpp"
#include "storage/rows.hpp"

#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <future>

namespace storage {

namespace {

namespace fs = std::filesystem;
using config::exit_code;
using config::start_failure;

const session_options opening{.statement_timeout = std::chrono::seconds(60), .application_name = "oai-web start"};

private_cluster_settings cluster_settings(const config::start_settings& settings) {
  return {.data_dir = settings.data_dir, .bin_dir = settings.postgres_bin_dir};
}

bool needs_cluster(const config::start_settings& settings) {
  return settings.aide_db_url.empty() || settings.brain_db_url.empty();
}

/// flock on the folder itself: no file of its own, and it ends with the process.
std::shared_ptr<void> lock_data_dir(const fs::path& data_dir) {
  const int fd = ::open(data_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    throw start_failure(exit_code::data_directory, "the data directory " + data_dir.string()
                                                     + " cannot be opened: choose another with --data-dir");
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return nullptr;
  }
  return {new int(fd), [](void* p) {
            ::close(*static_cast<int*>(p));
            delete static_cast<int*>(p);
          }};
}

session connect(const base::secret& conninfo, std::string_view database, const private_cluster* cluster) {
  try {
    return session(conninfo, opening);
  } catch (const base::failure_error& e) {
    if (cluster == nullptr || std::string_view(e.what()).find("does not exist") == std::string_view::npos)
      throw start_failure(
        exit_code::database,
        "the " + std::string(database) + " database: " + e.what()
          + (cluster == nullptr ? (database == "aide" ? ": check AIDE_DB_URL" : ": check BRAIN_DB_URL") : ""));
  }
  session maintenance(cluster->conninfo("postgres"), opening);
  maintenance.exec_script("CREATE DATABASE " + std::string(database));
  return session(conninfo, opening);
}

/// What failure_error says while opening becomes a start_failure.
template <class F>
auto opening_step(std::string_view database, F&& f) -> decltype(f()) {
  try {
    return f();
  } catch (const base::failure_error& e) {
    throw start_failure(exit_code::database, "the " + std::string(database) + " database: " + e.what());
  }
}

std::optional<security::vault_header> read_vault_header(session& s) {
  if (s.exec("SELECT 1 WHERE to_regclass('credentials') IS NOT NULL").empty())
    return std::nullopt;
  const auto rows = s.exec("SELECT value_enc FROM credentials WHERE key = 'system:vault'");
  if (rows.empty())
    return std::nullopt;
  security::vault_header header;
  base::field_errors errors;
  std::string error;
  const auto json = base::parse_json(*rows.text(0, 0), error);
  if (!json || !base::read_json(*json, header, {}, errors))
    throw start_failure(exit_code::database,
                        "the row system:vault of credentials cannot be read: restore it from a backup");
  return header;
}

/// Opens the vault that the database has; empty when it has none yet.
std::shared_ptr<const security::vault> open_vault(session& aide, const config::start_settings& settings) {
  const auto header = read_vault_header(aide);
  if (!header)
    return nullptr;
  const auto file = fs::path(settings.data_dir) / "secret" / "master_password";
  auto password = settings.master_password;
  const bool given = !password.empty();
  if (!given) {
    auto kept = read_secret(settings.data_dir, "master_password");
    if (!kept)
      throw start_failure(exit_code::master_password, "the master password is missing: set DB_MASTER_PASSWORD, or put "
                                                        + file.string() + " back from a backup");
    password = std::move(*kept);
  }
  auto vault = security::vault::open(*header, password);
  if (!vault)
    throw start_failure(exit_code::master_password,
                        (given ? "DB_MASTER_PASSWORD" : "the master password in " + file.string())
                          + std::string(" is not the one that this database was made with: set the right one"));
  return std::make_shared<const security::vault>(std::move(*vault));
}

std::shared_ptr<const security::vault> make_vault(session& aide, const config::start_settings& settings,
                                                  const base::clock& clock) {
  auto password = settings.master_password;
  if (password.empty()) {
    if (auto kept = read_secret(settings.data_dir, "master_password")) {
      password = std::move(*kept);
    } else {
      password = base::secret(base::random_token(32));
      make_data_dir(settings.data_dir);
      write_secret(settings.data_dir, "master_password", password);
      spdlog::warn("master_password_made file={} advice=\"keep a copy of it: without it no stored secret can be read\"",
                   (fs::path(settings.data_dir) / "secret" / "master_password").string());
    }
  }
  auto [header, vault] = security::vault::create(password);
  const auto now = base::to_iso8601(clock.now());
  const auto made = aide.exec(
    "INSERT INTO credentials (key, value_enc, description, created_at, updated_at) "
    "VALUES ('system:vault', $1, 'How the key of all other rows is made', $2, $2) ON CONFLICT (key) DO NOTHING",
    header, now);
  if (made.affected() == 0)
    return open_vault(aide, settings); // another process was first
  return std::make_shared<const security::vault>(std::move(vault));
}

enum class opening_mode { serve, rehearse, join };

/// A database that this program may touch.
struct usable_database {
  session s;
  bool is_current = false; ///< nothing is to be migrated
};

using told = std::function<void(const base::secret&)>;

usable_database use(const base::secret& conninfo, const migration_plan& plan, const private_cluster* cluster,
                    const told& is_there) {
  auto s = connect(conninfo, plan.database, cluster);
  if (is_there)
    is_there(conninfo);
  const bool current = opening_step(plan.database, [&] { return is_current(s, plan); });
  return {std::move(s), current};
}

opened_databases open(const config::start_settings& settings, const base::clock& clock, opening_mode mode,
                      const told& aide_is_there = {}, const std::function<bool()>& take_the_lead = {}) {
  opened_databases out;
  out.aide = settings.aide_db_url;
  out.brain = settings.brain_db_url;
  std::optional<usable_database> aide;
  std::optional<usable_database> brain;
  const auto use_known = [&] { // side by side: most of it is waiting
    std::future<usable_database> other;
    if (!brain && !out.brain.empty())
      other = std::async(std::launch::async, [&] { return use(out.brain, brain_plan(), out.cluster.get(), {}); });
    if (!aide && !out.aide.empty())
      aide.emplace(use(out.aide, aide_plan(), out.cluster.get(), aide_is_there));
    if (other.valid())
      brain.emplace(other.get());
  };
  use_known(); // servers of others first: when they cannot be reached, nothing was made here yet
  if (needs_cluster(settings)) {
    const auto cluster = cluster_settings(settings);
    check_reachable(cluster.data_dir, cluster_user(cluster), cluster.user_as_root);
    (void)find_postgres(cluster);
  }
  make_data_dir(settings.data_dir);
  out.data_dir_lock = lock_data_dir(settings.data_dir);
  if (!out.data_dir_lock && mode != opening_mode::join)
    throw start_failure(exit_code::data_directory, "another oai-web runs with the data directory " + settings.data_dir
                                                     + ": stop it, or choose another with --data-dir");
  if (needs_cluster(settings)) {
    out.cluster = out.data_dir_lock ? private_cluster::start(cluster_settings(settings))
                                    : private_cluster::join(cluster_settings(settings));
    if (!out.cluster)
      throw start_failure(exit_code::database, "a server uses the data directory " + settings.data_dir
                                                 + " but its PostgreSQL does not answer: try again in a moment");
    if (!aide)
      out.aide = out.cluster->conninfo("aide");
    if (!brain)
      out.brain = out.cluster->conninfo("brain");
    use_known();
  }
  out.vault = opening_step("aide", [&] { return open_vault(aide->s, settings); });
  if (mode == opening_mode::join && !out.data_dir_lock) {
    opening_step("aide", [&] { check_migrations(aide->s, aide_plan()); });
    return out;
  }
  if (take_the_lead && take_the_lead()) { // who led until now may have changed everything
    aide.reset();
    brain.reset();
    use_known();
    out.vault = opening_step("aide", [&] { return open_vault(aide->s, settings); });
  }
  const auto how = mode == opening_mode::rehearse ? migration_mode::dry_run : migration_mode::apply;
  for (auto* each : {&aide, &brain}) {
    if ((*each)->is_current)
      continue;
    const auto plan = each == &aide ? aide_plan() : brain_plan();
    const auto report = opening_step(plan.database, [&] { return migrate((*each)->s, plan, clock, how); });
    for (const auto& name : report.applied)
      out.migrated.push_back(std::string(plan.database) + ' ' + name);
  }
  if (mode == opening_mode::rehearse)
    return out;
  if (!out.vault)
    out.vault = opening_step("aide", [&] { return make_vault(aide->s, settings, clock); });
  opening_step("aide", [&] {
    credentials::put_if_absent(aide->s, *out.vault, "system:session_secret", base::secret(base::random_token(32)),
                               "Signs session cookies", clock.now());
    for (auto& info : credentials::list(aide->s, *out.vault))
      if (info.enter_again)
        out.enter_again.push_back(std::move(info.key));
  });
  return out;
}

} // namespace

opened_databases open_databases(const config::start_settings& settings, const base::clock& clock,
                                const std::function<void(const base::secret&)>& aide_is_there,
                                const std::function<bool()>& take_the_lead) {
  return open(settings, clock, opening_mode::serve, aide_is_there, take_the_lead);
}

std::vector<std::string> rehearse_migrations(const config::start_settings& settings, const base::clock& clock) {
  return open(settings, clock, opening_mode::rehearse).migrated;
}

opened_databases join_databases(const config::start_settings& settings, const base::clock& clock) {
  return open(settings, clock, opening_mode::join);
}

} // namespace storage
