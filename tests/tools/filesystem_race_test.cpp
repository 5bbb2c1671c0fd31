#include "tests/tools/tool_fixture.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <stdio.h>

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

/// Swaps two names as fast as it can until it ends: one moment `folder` is a folder, the next a symlink out of the root.
class swapper {
public:
  swapper(const fs::path& a, const fs::path& b)
    : thread_([=, this] {
        while (!stop_) {
          if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0)
            ++swaps;
          std::this_thread::yield();
        }
      }) {}
  ~swapper() {
    stop_ = true;
    thread_.join();
  }
  std::atomic<int> swaps{0};

private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

class FilesystemRace : public tests::tool_test {
protected:
  const std::shared_ptr<const tools::tool_set> all_ = tools::all_tools();
  const tools::tool& tool_ = *all_->find("filesystem");
  fs::path base_;

  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "oai-web-race-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    base_ = fs::canonical(name);
    fs::create_directories(base_ / "own" / "folder");
    fs::create_directories(base_ / "outside");
    for (const auto* where : {"own/folder/file", "outside/file"})
      std::ofstream(base_ / where) << where;
    fs::create_directory_symlink(base_ / "outside", base_ / "own" / "other");
    folders = {{(base_ / "own").string(), true}};
  }
  void TearDown() override { fs::remove_all(base_); }

  /// Calls until there were enough swaps and both outcomes were seen often, or for 10 s; answers how many calls succeeded.
  int race(const std::function<tools::tool_result()>& act) {
    const swapper s(base_ / "own" / "folder", base_ / "own" / "other");
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    int good = 0;
    for (int bad = 0; (good < 300 || bad < 300 || s.swaps < 300) && std::chrono::steady_clock::now() < end;) {
      const auto out = act();
      ++(out.success ? good : bad);
    }
    EXPECT_GT(s.swaps, 30);
    return good;
  }
};

TEST_F(FilesystemRace, a_read_never_follows_a_folder_that_became_a_symlink) {
  const int good = race([&] {
    auto out = call(tool_, R"({"action":"read","path":"folder/file"})");
    if (out.success) {
      EXPECT_EQ(out.data.at("content"), "own/folder/file");
    }
    return out;
  });
  EXPECT_GT(good, 0);
}

TEST_F(FilesystemRace, a_list_never_follows_a_folder_that_became_a_symlink) {
  std::ofstream(base_ / "outside" / "hidden") << "";
  const int good = race([&] {
    auto out = call(tool_, R"({"action":"list","path":"folder"})");
    if (out.success) {
      EXPECT_EQ(out.data.at("entries").as_array().size(), 1U);
    }
    return out;
  });
  EXPECT_GT(good, 0);
}

TEST_F(FilesystemRace, writes_and_deletes_never_land_outside) {
  const int good = race([&] {
    auto out = call(tool_, R"({"action":"write","path":"folder/new/file","content":"new"})");
    call(tool_, R"({"action":"delete","path":"folder/new/file"})");
    call(tool_, R"({"action":"delete","path":"folder/file"})");
    call(tool_, R"({"action":"write","path":"folder/file","content":"changed"})");
    return out;
  });
  EXPECT_GT(good, 0);
  std::vector<std::string> outside;
  for (const auto& entry : fs::directory_iterator(base_ / "outside"))
    outside.push_back(entry.path().filename());
  EXPECT_EQ(outside, std::vector<std::string>{"file"});
  std::ifstream in(base_ / "outside" / "file");
  std::string content;
  in >> content;
  EXPECT_EQ(content, "outside/file");
}

TEST_F(FilesystemRace, a_file_that_turns_into_a_pipe_or_a_link_never_hangs_a_read) {
  const auto own = base_ / "own";
  std::ofstream(own / "plain") << "plain";
  ASSERT_EQ(::mkfifo((own / "pipe").c_str(), 0600), 0);
  const swapper s(own / "plain", own / "pipe");
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{1};
  int reads = 0;
  for (; std::chrono::steady_clock::now() < end; ++reads) {
    const auto out = call(tool_, R"({"action":"read","path":"plain"})");
    if (out.success) {
      EXPECT_EQ(out.data.at("content"), "plain");
    }
  }
  EXPECT_GT(reads, 100);
}

} // namespace
