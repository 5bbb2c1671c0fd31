#include "base/encoding.hpp"
#include "tests/tools/tool_fixture.hpp"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

class FilesystemTool : public tests::tool_test {
protected:
  const std::shared_ptr<const tools::tool_set> all_ = tools::all_tools();
  const tools::tool& tool_ = *all_->find("filesystem");
  fs::path base_;
  fs::path own_;
  fs::path shared_;

  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "oai-web-files-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    base_ = fs::canonical(name);
    own_ = base_ / "users" / "ann";
    shared_ = base_ / "shared";
    fs::create_directories(shared_);
    put(base_ / "secret.txt", "secret");
    folders = {{own_.string(), true}, {shared_.string(), false}};
    by.own_folder = own_.string();
  }
  void TearDown() override { fs::remove_all(base_); }

  static void put(const fs::path& path, std::string_view content) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }
  static std::string get(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  tools::tool_result act(std::string_view action, const fs::path& path, json::object more = {}) {
    more["action"] = action;
    more["path"] = path.string();
    return call(tool_, more);
  }
  tools::tool_result write(const fs::path& path, std::string_view content) {
    return act("write", path, {{"content", content}});
  }
  /// The call is refused, with a sentence that names the field.
  void refuse(std::string_view action, const fs::path& path, std::string_view because = {}) {
    auto more = action == "write" ? json::object{{"content", "x"}} : json::object{};
    const auto out = act(action, path, std::move(more));
    EXPECT_FALSE(out.success) << action << ' ' << path << ": " << out.data;
    EXPECT_NE(out.error.find("path: "), std::string::npos) << out.error;
    EXPECT_NE(out.error.find(because), std::string::npos) << out.error;
    EXPECT_EQ(out.error.find("secret\""), std::string::npos);
  }
  void refuse_all(const fs::path& path) {
    for (const auto* action : {"read", "list", "write", "delete"})
      refuse(action, path);
  }
};

TEST_F(FilesystemTool, makes_the_own_folder_on_first_use) {
  EXPECT_FALSE(fs::exists(own_));
  const auto out = call(tool_, R"({"action":"list"})");
  ASSERT_TRUE(out.success) << out.error;
  EXPECT_EQ(out.data, (json::object{{"path", own_.string()}, {"entries", json::array{}}, {"total", 0}}));
  struct stat info {};
  ASSERT_EQ(::stat(own_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0700U);
}

TEST_F(FilesystemTool, writes_reads_lists_and_deletes) {
  const auto written = write("notes/a.txt", "hello\n");
  ASSERT_TRUE(written.success) << written.error;
  EXPECT_EQ(written.data, (json::object{{"path", (own_ / "notes/a.txt").string()}, {"bytes", 6}, {"replaced", false}}));
  EXPECT_EQ(get(own_ / "notes/a.txt"), "hello\n");

  const auto read = act("read", "notes/a.txt");
  ASSERT_TRUE(read.success) << read.error;
  EXPECT_EQ(read.data, (json::object{{"path", (own_ / "notes/a.txt").string()},
                                     {"size", 6},
                                     {"offset", 0},
                                     {"bytes", 6},
                                     {"encoding", "text"},
                                     {"content", "hello\n"}}));
  EXPECT_EQ(act("read", own_ / "notes" / "a.txt").data.at("content"), "hello\n") << "absolute paths of the own folder";
  EXPECT_EQ(act("read", "./notes//a.txt").data.at("content"), "hello\n");

  EXPECT_EQ(write("notes/a.txt", "").data.at("replaced"), true);
  EXPECT_EQ(act("read", "notes/a.txt").data.at("content"), "");

  const auto listed = act("list", ".");
  EXPECT_EQ(listed.data.at("entries").at(0).at("name"), "notes");
  EXPECT_EQ(listed.data.at("entries").at(0).at("type"), "folder");

  refuse("delete", "notes", "with something in it");
  EXPECT_EQ(act("delete", "notes/a.txt").data.at("deleted"), "file");
  EXPECT_EQ(act("delete", "notes").data.at("deleted"), "folder");
  refuse("read", "notes/a.txt", "is not there");
  refuse("delete", "notes", "is not there");
}

TEST_F(FilesystemTool, a_folder_of_keys_is_closed_wherever_it_lies_and_whatever_leads_there) {
  put(shared_ / "ada/.ssh/id_rsa", "key");
  fs::create_symlink(".ssh", shared_ / "ada/keys");
  fs::create_symlink(".ssh/id_rsa", shared_ / "ada/note.txt");
  for (const auto* path : {"ada/.ssh/id_rsa", "ada/keys/id_rsa", "ada/note.txt"})
    refuse("read", shared_ / path, "ssh");
  refuse("list", shared_ / "ada/.ssh", "ssh");
  refuse("write", shared_ / "ada/.ssh/authorized_keys", "ssh");
  refuse("write", shared_ / "ada/keys/authorized_keys", "ssh");
  refuse("delete", shared_ / "ada/.ssh/id_rsa", "ssh");
  EXPECT_EQ(get(shared_ / "ada/.ssh/id_rsa"), "key");
}

TEST_F(FilesystemTool, whitelisted_folders_are_used_by_absolute_path) {
  put(shared_ / "x.txt", "shared");
  EXPECT_EQ(act("read", shared_ / "x.txt").data.at("content"), "shared");
  ASSERT_TRUE(write(shared_ / "y.txt", "new").success);
  EXPECT_EQ(get(shared_ / "y.txt"), "new");
  refuse("read", fs::path(shared_.string() + "2") / "x.txt", "is in no folder that may be used");
}

TEST_F(FilesystemTool, a_replaced_file_keeps_its_permissions) {
  put(shared_ / "script", "old");
  ::chmod((shared_ / "script").c_str(), 04750);
  ASSERT_TRUE(write(shared_ / "script", "new").success);
  struct stat info {};
  ::stat((shared_ / "script").c_str(), &info);
  EXPECT_EQ(info.st_mode & 07777U, 0750U) << "kept, but without set-user-id";
}

TEST_F(FilesystemTool, says_which_folders_there_are) {
  refuse("read", "/etc/passwd", own_.string() + " (relative paths begin here), " + shared_.string());
  folders.clear();
  refuse("read", "/etc/passwd", "there is none at present");
  refuse("read", "a.txt", "there is none at present");
}

TEST_F(FilesystemTool, dots_do_not_lead_out) {
  write("a.txt", "x");
  for (const auto* path : {"..", "../ann/a.txt", "../../secret.txt", "notes/../../../secret.txt", "a/../a.txt"})
    refuse_all(path);
  refuse_all(own_ / ".." / ".." / "secret.txt");
  refuse_all(shared_ / ".." / "secret.txt");
  EXPECT_EQ(get(base_ / "secret.txt"), "secret");
}

TEST_F(FilesystemTool, absolute_paths_outside_are_refused) {
  for (const auto& path : {base_ / "secret.txt", base_, base_ / "new" / "file", own_.parent_path(),
                           fs::path(own_.string() + "a") / "file"})
    refuse_all(path);
  for (const auto* path :
       {"/", "/etc/passwd", "//etc//passwd"}) { // reading only: a fault here must not cost the machine its files
    refuse("read", path);
    refuse("list", path);
  }
}

TEST_F(FilesystemTool, symlinks_do_not_lead_out) {
  write("a.txt", "x");
  fs::create_symlink(base_ / "secret.txt", own_ / "absolute");
  fs::create_symlink("../../secret.txt", own_ / "relative");
  fs::create_directory_symlink(base_, own_ / "folder");
  fs::create_directory_symlink("../..", own_ / "up");
  for (const auto* path : {"absolute", "relative"}) {
    refuse("read", path);
    refuse("list", path);
    refuse("write", path, "is a link");
  }
  for (const auto* path : {"folder/secret.txt", "up/secret.txt", "folder/new.txt", "up/new/deep.txt"})
    refuse_all(path);
  refuse("list", "folder");
  refuse("list", "up");
  EXPECT_EQ(act("delete", "absolute").data.at("deleted"), "link") << "the link goes, not what it leads to";
  EXPECT_EQ(act("delete", "up").data.at("deleted"), "link");
  EXPECT_EQ(get(base_ / "secret.txt"), "secret");
  EXPECT_FALSE(fs::exists(base_ / "new.txt"));
  EXPECT_FALSE(fs::exists(base_ / "new"));
}

TEST_F(FilesystemTool, a_symlink_that_stays_below_may_be_read) {
  write("notes/a.txt", "hello");
  fs::create_symlink("notes/a.txt", own_ / "link");
  EXPECT_EQ(act("read", "link").data.at("content"), "hello");
  EXPECT_EQ(act("list", ".").data.at("entries").at(0).at("type"), "link");
}

TEST_F(FilesystemTool, an_allowed_folder_that_became_a_symlink_is_refused) {
  fs::remove(shared_);
  fs::create_directory_symlink(base_, shared_);
  refuse_all(shared_ / "secret.txt");
  fs::create_directories(own_.parent_path());
  fs::create_directory_symlink(base_, own_);
  refuse_all("secret.txt");
}

TEST_F(FilesystemTool, magic_links_of_proc_are_not_followed) {
  const int fd = ::open((base_ / "secret.txt").c_str(), O_RDONLY);
  folders.push_back({"/proc/self/fd", false}); // no whitelist would hold it: the kernel's rule must refuse by itself
  refuse("read", "/proc/self/fd/" + std::to_string(fd));
  folders.push_back({"/proc", false});
  refuse("read", "/proc/self/fd/" + std::to_string(fd));
  refuse("read", "/proc/self/root/etc/passwd");
  refuse("read", "/proc/self/cwd/secret.txt");
  ::close(fd);
}

TEST_F(FilesystemTool, pipes_sockets_and_devices_are_not_opened) {
  fs::create_directories(own_);
  ASSERT_EQ(::mkfifo((own_ / "pipe").c_str(), 0600), 0);
  const auto began = std::chrono::steady_clock::now();
  refuse("read", "pipe", "not an ordinary file");
  refuse("list", "pipe");
  refuse("write", "pipe", "a pipe");
  refuse("delete", "pipe", "a pipe");
  EXPECT_TRUE(fs::is_fifo(own_ / "pipe"));
  if (::mknod((own_ / "zero").c_str(), S_IFCHR | 0600, ::makedev(1, 5)) == 0) { // as root only
    refuse("read", "zero", "not an ordinary file");
    refuse("write", "zero", "a device");
    refuse("delete", "zero", "a device");
  }
  folders.push_back({"/dev", false});
  for (const auto* path :
       {"/dev/zero", "/dev/tty", "/dev/null"}) // reading only: a fault here must not cost the machine its devices
    refuse("read", path, "not an ordinary file");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{5});
}

TEST_F(FilesystemTool, huge_files_are_read_in_pieces) {
  fs::create_directories(own_);
  { std::ofstream(own_ / "huge") << "begin"; }
  fs::resize_file(own_ / "huge", 1'000'000'000'000); // sparse
  const auto first = act("read", "huge");
  ASSERT_TRUE(first.success) << first.error;
  EXPECT_EQ(first.data.at("size"), 1'000'000'000'000);
  EXPECT_EQ(first.data.at("encoding"), "base64") << "NUL is not text";
  EXPECT_LE(base::to_line(first.data).size(), max_result_bytes);
  EXPECT_EQ(first.data.at("next_offset"), first.data.at("bytes"));
  const auto last = act("read", "huge", {{"offset", 999'999'999'999}});
  EXPECT_EQ(last.data.at("bytes"), 1);
  EXPECT_FALSE(last.data.as_object().contains("next_offset"));
  EXPECT_EQ(act("read", "huge", {{"offset", 2'000'000'000'000}}).data.at("bytes"), 0);
  EXPECT_EQ(act("read", "huge", {{"limit", 5}}).data.at("content"), "begin");
}

TEST_F(FilesystemTool, pieces_join_to_the_whole_file) {
  std::string whole;
  for (int i = 0; i < 20'000; ++i)
    whole += i % 7 == 0 ? "€" : i % 11 == 0 ? "𝄞" : i % 5 == 0 ? "\"" : i % 13 == 0 ? "\n" : "ab";
  write("long.txt", whole);
  for (const std::size_t most : {300, 1'000, 4'097, 65'536}) {
    max_result_bytes = most;
    std::string joined;
    std::int64_t offset = 0;
    for (int calls = 0; calls < 10'000; ++calls) {
      const auto out = act("read", "long.txt", {{"offset", offset}});
      ASSERT_TRUE(out.success) << out.error;
      ASSERT_EQ(out.data.at("encoding"), "text") << "at " << offset;
      ASSERT_LE(base::to_line(out.data).size(), std::max<std::size_t>(most, 512));
      joined += out.data.at("content").as_string();
      if (!out.data.as_object().contains("next_offset"))
        break;
      ASSERT_GT(out.data.at("next_offset").as_int64(), offset);
      offset = out.data.at("next_offset").as_int64();
    }
    EXPECT_EQ(joined, whole) << "with at most " << most << " bytes a result";
  }
}

TEST_F(FilesystemTool, a_piece_begins_and_ends_with_a_whole_character) {
  write("euro.txt", "€€€");
  const auto out = act("read", "euro.txt", {{"offset", 1}, {"limit", 4}});
  EXPECT_EQ(out.data.at("encoding"), "text");
  EXPECT_EQ(out.data.at("offset"), 3);
  EXPECT_EQ(out.data.at("content"), "€");
  EXPECT_EQ(act("read", "euro.txt", {{"limit", 1}}).data.at("content"), "€") << "a limit never stops a reader";
  EXPECT_EQ(act("read", "euro.txt", {{"offset", 1}, {"limit", 1}}).data.at("content"), "€");
  EXPECT_EQ(act("read", "euro.txt", {{"limit", 5}}).data.at("content"), "€");
}

TEST_F(FilesystemTool, binary_content_goes_both_ways_as_base64) {
  const std::string bytes("\x00\xFF\xFE\x80", 4);
  ASSERT_TRUE(
    act("write", "b.bin", {{"content", base::to_base64(base::as_bytes(bytes))}, {"encoding", "base64"}}).success);
  EXPECT_EQ(get(own_ / "b.bin"), bytes);
  const auto out = act("read", "b.bin");
  EXPECT_EQ(out.data.at("encoding"), "base64");
  EXPECT_EQ(out.data.at("content"), "AP/+gA==");
}

TEST_F(FilesystemTool, names_that_are_not_utf8_are_shown_clean) {
  fs::create_directories(own_);
  put(own_ / "bad\xFFname", "x");
  const auto out = act("list", ".");
  ASSERT_TRUE(out.success);
  EXPECT_EQ(out.data.at("entries").at(0).at("name"), "bad\xEF\xBF\xBDname");
  EXPECT_TRUE(out.data.at("entries").at(0).as_object().contains("note"));
}

TEST_F(FilesystemTool, long_lists_come_in_bounded_pieces) {
  for (int i = 0; i < 1'500; ++i)
    put(own_ / (std::to_string(10'000 + i) + std::string(100, 'n')), "");
  std::vector<std::string> seen;
  std::int64_t offset = 0;
  for (int calls = 0; calls < 100; ++calls) {
    max_result_bytes = calls % 2 == 0 ? 64 * 1024 : 2'000;
    const auto out = act("list", ".", {{"offset", offset}, {"limit", 900}});
    ASSERT_TRUE(out.success) << out.error;
    ASSERT_LE(base::to_line(out.data).size(), max_result_bytes);
    EXPECT_EQ(out.data.at("total"), 1'500);
    for (const auto& entry : out.data.at("entries").as_array())
      seen.emplace_back(entry.at("name").as_string());
    if (!out.data.as_object().contains("next_offset"))
      break;
    offset = out.data.at("next_offset").as_int64();
  }
  EXPECT_EQ(seen.size(), 1'500U);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
}

TEST_F(FilesystemTool, every_wrong_argument_is_named) {
  EXPECT_EQ(call(tool_, R"({"action":"rename","path":"a"})").error,
            "these arguments do not fit: action: must be one of read, list, write, delete");
  EXPECT_EQ(call(tool_, R"({"path":"a"})").error, "these arguments do not fit: action: is required");
  EXPECT_EQ(call(tool_, R"({"action":"write","path":"a"})").error,
            "these arguments do not fit: content: is required for write");
  EXPECT_EQ(call(tool_, R"({"action":"read","path":"a","content":"x"})").error,
            "these arguments do not fit: content: is only for write");
  EXPECT_EQ(call(tool_, R"({"action":"write","path":"a","content":"*","encoding":"base64"})").error,
            "these arguments do not fit: content: is not base64");
  EXPECT_EQ(call(tool_, R"({"action":"read","path":"../a","limit":0,"offset":-1})").error,
            "these arguments do not fit: offset: must be at least 0; limit: must be at least 1");
  EXPECT_EQ(call(tool_, R"({"action":"read","path":"a\u0000b"})").error,
            "these arguments do not fit: path: must not hold a NUL character");
  EXPECT_EQ(call(tool_, R"({"action":"delete","path":"."})").error,
            "these arguments do not fit: path: must name a file");
  refuse("delete", own_, "whole folder cannot be deleted");
  refuse("read", own_, "is a folder");
  refuse("write", own_, "is a folder");
  refuse("read", std::string(300, 'a'), "is too long");
  write("file", "x");
  refuse("read", "file/below", "a part of it is a file");
  refuse("write", "file/below", "a part of it is a file");
  refuse("list", "file", "a part of it is a file");
}

TEST_F(FilesystemTool, a_stopped_or_late_call_does_nothing) {
  stop.request_stop();
  EXPECT_EQ(write("a.txt", "x").error, "the run was stopped");
  EXPECT_FALSE(fs::exists(own_));
  stop = {};
  deadline = std::chrono::steady_clock::now() - std::chrono::seconds{1};
  EXPECT_EQ(write("a.txt", "x").error, "the time for this call is over");
  EXPECT_FALSE(fs::exists(own_));
}

TEST_F(FilesystemTool, leaves_no_temporary_file) {
  write("a.txt", "1");
  write("a.txt", "2");
  fs::create_directories(own_ / "folder");
  refuse("write", "folder", "is a folder");
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(own_))
    names.push_back(entry.path().filename());
  std::ranges::sort(names);
  EXPECT_EQ(names, (std::vector<std::string>{"a.txt", "folder"}));
}

TEST_F(FilesystemTool, asks_before_writing_and_deleting) {
  const auto ask = [&](const json::object& arguments) { return tool_.confirm(arguments, by); };
  const auto write_question = ask({{"action", "write"}, {"path", "notes/a.txt"}, {"content", "hello"}});
  ASSERT_TRUE(write_question);
  EXPECT_EQ(write_question->sentence,
            "Write 5 bytes to " + (own_ / "notes/a.txt").string() + ". A file of that name is replaced.");
  EXPECT_EQ(write_question->destination, (own_ / "notes").string());
  const auto delete_question = ask({{"action", "delete"}, {"path", "/srv/x/y"}});
  ASSERT_TRUE(delete_question);
  EXPECT_EQ(delete_question->sentence, "Delete /srv/x/y.");
  EXPECT_EQ(delete_question->destination, "/srv/x (delete)");
  EXPECT_FALSE(ask({{"action", "read"}, {"path", "a"}}));
  EXPECT_FALSE(ask({{"action", "list"}}));
  EXPECT_FALSE(ask({{"action", "write"}, {"path", "a"}})) << "it does nothing but say what is wrong";
  const auto sly = ask({{"action", "delete"}, {"path", "a\nb\u202Ec"}});
  EXPECT_TRUE(sly->sentence.ends_with("/a\uFFFDb\uFFFDc.")) << sly->sentence;
  EXPECT_EQ(
    ask({{"action", "write"}, {"path", "a"}, {"content", "AAA="}, {"encoding", "base64"}})->sentence.substr(0, 13),
    "Write 2 bytes");

  EXPECT_EQ(tool_.worst_risk(), tools::risk::destructive);
  EXPECT_EQ(tool_.risk_of(json::object{{"action", "read"}, {"path", "a"}}), tools::risk::read);
  EXPECT_EQ(tool_.risk_of(json::object{{"action", "list"}}), tools::risk::read);
  EXPECT_EQ(tool_.risk_of(json::object{{"action", "write"}, {"path", "a"}, {"content", ""}}), tools::risk::write);
  EXPECT_EQ(tool_.risk_of(json::object{{"action", "delete"}, {"path", "a"}}), tools::risk::destructive);
}

} // namespace
