#include "storage/private_cluster.hpp"

#include "config/start_failure.hpp"
#include "storage/cluster_files.hpp"
#include "storage/session.hpp"
#include "tests/support/postgres.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

storage::private_cluster_settings in(const fs::path& folder) { return {.data_dir = folder, .bin_dir = {}}; }

template <class F>
bool comes_true(F&& condition, std::chrono::seconds limit = 20s) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

bool answers(const storage::private_cluster& cluster) {
  try {
    storage::session s(cluster.conninfo("postgres"));
    s.exec("SELECT 1");
    return true;
  } catch (const base::failure_error&) {
    return false;
  }
}

bool is_gone(pid_t pid) { return pid > 1 && ::kill(pid, 0) != 0; }

} // namespace

TEST(PrivateCluster, comes_back_after_kill_9_of_postgres_with_what_was_committed) {
  tests::temporary_folder folder;
  auto cluster = storage::private_cluster::start(in(folder.path()));
  {
    storage::session s(cluster->conninfo("postgres"));
    s.exec_script("CREATE TABLE kept (x INTEGER); INSERT INTO kept VALUES (42)");
  }
  const pid_t first = cluster->postmaster_pid();
  ASSERT_GT(first, 1);
  ASSERT_EQ(::kill(first, SIGKILL), 0);
  ASSERT_TRUE(comes_true([&] {
    const int now = cluster->postmaster_pid();
    return now > 1 && now != first && answers(*cluster);
  }));
  storage::session s(cluster->conninfo("postgres"));
  EXPECT_EQ(s.exec("SELECT x FROM kept").text(0, 0), "42");
  const pid_t second = cluster->postmaster_pid();
  cluster.reset();
  EXPECT_TRUE(is_gone(second));
}

TEST(PrivateCluster, ends_with_its_server_also_after_kill_9) {
  tests::temporary_folder folder;
  storage::private_cluster::start(in(folder.path())).reset(); // makes it
  const pid_t server = ::fork();
  if (server == 0) {
    auto cluster = storage::private_cluster::start(in(folder.path()));
    for (;;)
      ::pause();
  }
  ASSERT_GT(server, 1);
  std::optional<storage::running_postmaster> running;
  ASSERT_TRUE(comes_true([&] {
    running = storage::find_postmaster(folder.path() / "postgres");
    return running && running->ready;
  }));
  ASSERT_EQ(::kill(server, SIGKILL), 0);
  int status = 0;
  ::waitpid(server, &status, 0);
  EXPECT_TRUE(comes_true([&] { return !storage::find_postmaster(folder.path() / "postgres"); }, 5s));
  const auto again = storage::private_cluster::start(in(folder.path()));
  EXPECT_TRUE(answers(*again));
}

TEST(PrivateCluster, starts_at_once_after_kill_9_of_its_server) {
  tests::temporary_folder folder;
  storage::private_cluster::start(in(folder.path())).reset();
  for (int round = 0; round < 3; ++round) {
    const pid_t server = ::fork();
    if (server == 0) {
      auto cluster = storage::private_cluster::start(in(folder.path()));
      for (;;)
        ::pause();
    }
    ASSERT_TRUE(comes_true([&] {
      const auto p = storage::find_postmaster(folder.path() / "postgres");
      return p && p->ready;
    }));
    ::kill(server, SIGKILL);
    int status = 0;
    ::waitpid(server, &status, 0);
    const auto next = storage::private_cluster::start(in(folder.path())); // while the old one still shuts down
    EXPECT_TRUE(answers(*next));
  }
}

TEST(PrivateCluster, lets_nobody_in_without_the_password) {
  tests::temporary_folder folder;
  const auto cluster = storage::private_cluster::start(in(folder.path()));
  const auto host = "host=" + cluster->socket_dir().string() + " user=oai_web dbname=postgres";
  EXPECT_THROW(storage::session(base::secret(host)), base::failure_error);
  EXPECT_THROW(storage::session(base::secret(host + " password=guess")), base::failure_error);
  storage::session s(cluster->conninfo("postgres"));
  EXPECT_THAT(std::string(*s.exec("SELECT rolpassword FROM pg_authid WHERE rolname = 'oai_web'").text(0, 0)),
              ::testing::StartsWith("SCRAM-SHA-256$"));
  EXPECT_EQ(s.exec("SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'").text(0, 0), "0");
  EXPECT_EQ(s.exec("SHOW listen_addresses").text(0, 0), "");
  struct stat info {};
  ASSERT_EQ(::stat((folder.path() / "secret").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
  ASSERT_EQ(::stat((folder.path() / "secret/postgres_password").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST(PrivateCluster, works_in_a_folder_whose_socket_path_would_be_too_long) {
  tests::temporary_folder folder;
  auto deep = folder.path();
  for (int i = 0; i < 4; ++i) {
    deep /= std::string(40, 'x');
    fs::create_directory(deep);
    ::chmod(deep.c_str(), 0711);
  }
  fs::path socket;
  {
    const auto cluster = storage::private_cluster::start(in(deep));
    socket = cluster->socket_dir();
    EXPECT_LT(socket.string().size(), 60U);
    EXPECT_TRUE(answers(*cluster));
    const auto joined = storage::private_cluster::join(in(deep));
    ASSERT_TRUE(joined);
    EXPECT_TRUE(answers(*joined));
    struct stat info {};
    ASSERT_EQ(::stat(socket.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0700U);
  }
  EXPECT_FALSE(fs::exists(socket));
}

TEST(PrivateCluster, is_not_fooled_by_a_stale_pid_of_another_program) {
  tests::temporary_folder folder;
  storage::private_cluster::start(in(folder.path())).reset();
  const pid_t other = ::fork(); // a live process of PostgreSQL's user that is no postmaster
  if (other == 0) {
    if (const auto user = storage::cluster_user(in(folder.path())))
      if (::setgid(user->gid) != 0 || ::setuid(user->uid) != 0)
        ::_exit(1);
    for (;;)
      ::pause();
  }
  std::ofstream(folder.path() / "postgres/postmaster.pid")
    << other << '\n'
    << (folder.path() / "postgres").string() << "\n1\n5432\n/tmp\n\n 1 2\nready\n";
  EXPECT_TRUE(answers(*storage::private_cluster::start(in(folder.path()))));
  ::kill(other, SIGKILL);
  int status = 0;
  ::waitpid(other, &status, 0);
}

TEST(PrivateCluster, names_the_folder_that_its_user_cannot_pass) {
  if (::geteuid() != 0)
    GTEST_SKIP() << "only as root does PostgreSQL run as a user of its own";
  tests::temporary_folder folder;
  const auto closed = folder.path() / "closed";
  fs::create_directory(closed);
  ::chmod(closed.c_str(), 0700);
  try {
    (void)storage::private_cluster::start(in(closed / "data"));
    FAIL();
  } catch (const config::start_failure& e) {
    EXPECT_EQ(e.code(), config::exit_code::data_directory);
    EXPECT_EQ(e.what(), "the private PostgreSQL runs as the system user oai-web, which cannot pass the folder "
                          + closed.string()
                          + ": choose another data directory with --data-dir, for example /var/lib/oai-web");
  }
  EXPECT_FALSE(fs::exists(closed / "data"));
}

TEST(PrivateCluster, says_why_it_does_not_start) {
  tests::temporary_folder folder;
  storage::private_cluster::start(in(folder.path())).reset();
  fs::remove(folder.path() / "postgres/global/pg_control");
  try {
    (void)storage::private_cluster::start(in(folder.path()));
    FAIL();
  } catch (const config::start_failure& e) {
    EXPECT_EQ(e.code(), config::exit_code::database);
    EXPECT_THAT(e.what(), ::testing::HasSubstr("the private PostgreSQL does not start: "));
  }
}
