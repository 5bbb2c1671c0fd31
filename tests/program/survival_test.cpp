#include "storage/cluster_files.hpp"
#include "tests/program/program.hpp"

#include <gtest/gtest.h>

namespace {

struct Survival : ::testing::Test {
  tests::temporary_folder folder;
  std::filesystem::path data = folder.path() / "data";
  std::vector<std::string> serve{"serve", "--data-dir", data.string(), "--port", "0"};

  std::optional<storage::running_postmaster> postmaster() { return storage::find_postmaster(data / "postgres"); }

  template <class F>
  static bool comes_true(F&& f, std::chrono::seconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!f())
      if (std::chrono::steady_clock::now() > end)
        return false;
      else
        ::usleep(20'000);
    return true;
  }
};

} // namespace

TEST_F(Survival, kill_9_of_the_server_leaves_no_orphan_and_the_next_start_works) {
  {
    tests::running_program first(folder.path(), serve);
    ASSERT_TRUE(first.says("listening on")) << first.output();
    ASSERT_TRUE(postmaster());
  }                                                    // SIGKILL
  tests::running_program second(folder.path(), serve); // while the PostgreSQL of the first still shuts down
  ASSERT_TRUE(second.says("listening on")) << second.output();
  second.signal(SIGKILL);
  (void)second.wait();
  EXPECT_TRUE(comes_true([&] { return !postmaster(); }, std::chrono::seconds(5)));
}

TEST_F(Survival, kill_9_of_postgres_is_mended_by_the_server) {
  tests::running_program server(folder.path(), serve);
  ASSERT_TRUE(server.says("listening on")) << server.output();
  const auto before = postmaster();
  ASSERT_TRUE(before);
  storage::signal_child(before->pid, SIGKILL);
  EXPECT_TRUE(comes_true(
    [&] {
      const auto now = postmaster();
      return now && now->ready && now->pid != before->pid;
    },
    std::chrono::seconds(20)));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(std::chrono::seconds(10)).code, 0) << server.output();
  EXPECT_FALSE(postmaster());
}

TEST_F(Survival, the_master_password_is_not_seen_in_the_process) {
  tests::running_program server(folder.path(), serve, {"DB_MASTER_PASSWORD=hunter22-hunter22"});
  ASSERT_TRUE(server.says("listening on")) << server.output();
  for (const pid_t pid : {server.pid(), postmaster()->pid}) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/environ");
    std::ostringstream text;
    text << in.rdbuf();
    EXPECT_EQ(text.str().find("hunter22"), std::string::npos);
  }
}
