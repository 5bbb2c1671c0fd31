#include "storage/cluster_files.hpp"

#include "base/ids.hpp"
#include "config/start_failure.hpp"
#include "security/crypto.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <system_error>
#include <vector>

namespace storage {

namespace fs = std::filesystem;
using config::exit_code;
using config::start_failure;

namespace {

[[noreturn]] void refuse(const fs::path& path, const std::string& what, int error) {
  throw start_failure(exit_code::data_directory, "the data directory cannot be used: " + path.string() + ": " + what
                                                   + " (" + std::generic_category().message(error)
                                                   + "): choose another with --data-dir, or mend its permissions");
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

constexpr std::size_t longest_socket_path = 100; // sun_path has 108 bytes
constexpr std::string_view socket_name = "/.s.PGSQL.5432.lock";

bool is_private_folder_of(const fs::path& path, uid_t owner) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == owner
         && (info.st_mode & 0777) == 0700;
}

} // namespace

std::optional<run_as> cluster_user(const private_cluster_settings& settings) {
  if (::geteuid() != 0)
    return std::nullopt;
  const auto* entry = ::getpwnam(settings.user_as_root.c_str());
  if (entry == nullptr || entry->pw_uid == 0)
    throw start_failure(exit_code::database,
                        "PostgreSQL does not run as root and there is no system user " + settings.user_as_root
                          + " for it: run ./dev setup, or useradd --system " + settings.user_as_root);
  return run_as{entry->pw_uid, entry->pw_gid};
}

void check_reachable(const fs::path& data_dir, const std::optional<run_as>& user, const std::string& user_name) {
  if (!user)
    return;
  fs::path folder = "/";
  for (const auto& part : data_dir.parent_path().relative_path()) {
    folder /= part;
    struct stat info {};
    if (::stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
      return; // will be made by us, or said by make_data_dir
    const unsigned bit = info.st_uid == user->uid ? S_IXUSR : info.st_gid == user->gid ? S_IXGRP : S_IXOTH;
    if ((info.st_mode & bit) == 0)
      throw start_failure(exit_code::data_directory,
                          "the private PostgreSQL runs as the system user " + user_name
                            + ", which cannot pass the folder " + folder.string()
                            + ": choose another data directory with --data-dir, for example /var/lib/oai-web");
  }
}

void make_data_dir(const fs::path& data_dir) {
  std::error_code error;
  fs::create_directories(data_dir.parent_path(), error);
  if (error)
    refuse(data_dir.parent_path(), "cannot be made", error.value());
  make_folder(data_dir, ::geteuid() == 0 ? 0711 : 0700, std::nullopt);
  if (::access(data_dir.c_str(), R_OK | W_OK | X_OK) != 0)
    refuse(data_dir, "is not writable", errno);
}

fs::path make_folder(const fs::path& path, unsigned mode, const std::optional<run_as>& owner) {
  if (::mkdir(path.c_str(), static_cast<mode_t>(mode)) != 0 && errno != EEXIST)
    refuse(path, "cannot be made", errno);
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
    refuse(path, "is not a folder", ENOTDIR);
  const uid_t uid = owner ? owner->uid : ::geteuid();
  if (info.st_uid != uid && ::geteuid() == 0 && ::chown(path.c_str(), uid, owner ? owner->gid : ::getegid()) != 0)
    refuse(path, "cannot change its owner", errno);
  if ((info.st_mode & 07777) != mode && ::chmod(path.c_str(), static_cast<mode_t>(mode)) != 0)
    refuse(path, "cannot change its permissions", errno);
  return path;
}

std::optional<base::secret> read_secret(const fs::path& data_dir, const std::string& name) {
  auto text = read_file(data_dir / "secret" / name);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.pop_back();
  if (text.empty())
    return std::nullopt;
  return base::secret(std::move(text));
}

void write_secret(const fs::path& data_dir, const std::string& name, const base::secret& value) {
  const auto folder = make_folder(data_dir / "secret", 0700, std::nullopt);
  const auto file = folder / name;
  const auto fresh = folder / (name + ".new");
  ::unlink(fresh.c_str());
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    refuse(fresh, "cannot be written", errno);
  const auto text = std::string(value.reveal()) + '\n';
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (!written)
    refuse(fresh, "cannot be written", error);
  if (::rename(fresh.c_str(), file.c_str()) != 0)
    refuse(file, "cannot be written", errno);
  if (const int dir = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); dir >= 0) {
    ::fsync(dir);
    ::close(dir);
  }
}

fs::path make_socket_dir(const fs::path& data_dir, const std::optional<run_as>& user) {
  const auto inside = data_dir / "run";
  if (inside.string().size() + socket_name.size() <= longest_socket_path)
    return make_folder(inside, 0700, user);
  const uid_t owner = user ? user->uid : ::geteuid();
  // The same short name at each start, unless somebody else sits there.
  std::error_code error;
  auto temporary = fs::temp_directory_path(error);
  if (error || temporary.string().size() > 40)
    temporary = "/tmp";
  const auto usual = temporary / ("oai-web-" + security::sha256_hex(data_dir.string()).substr(0, 16));
  if (::mkdir(usual.c_str(), 0700) == 0 && (!user || ::chown(usual.c_str(), user->uid, user->gid) == 0))
    return usual;
  if (is_private_folder_of(usual, owner))
    return usual;
  auto name = (temporary / "oai-web-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr || (user && ::chown(name.c_str(), user->uid, user->gid) != 0))
    refuse(name, "the folder for PostgreSQL's socket cannot be made", errno);
  return name;
}

fs::path find_postgres(const private_cluster_settings& settings) {
  auto made_by = read_file(settings.data_dir / "postgres" / "PG_VERSION");
  while (!made_by.empty() && made_by.back() == '\n')
    made_by.pop_back();
  const auto usable = [](const fs::path& dir) {
    return ::access((dir / "postgres").c_str(), X_OK) == 0 && ::access((dir / "initdb").c_str(), X_OK) == 0;
  };
  if (!settings.bin_dir.empty()) {
    if (usable(settings.bin_dir))
      return settings.bin_dir;
    throw start_failure(exit_code::database, "postgres_bin_dir: there is no initdb and postgres in "
                                               + settings.bin_dir.string() + ": name the folder that has them");
  }
  std::vector<std::pair<int, fs::path>> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", error)) {
    const auto name = entry.path().filename().string();
    int version = 0;
    std::from_chars(name.data(), name.data() + name.size(), version);
    if (usable(entry.path() / "bin") && (made_by.empty() || name == made_by))
      found.emplace_back(version, entry.path() / "bin");
  }
  if (found.empty())
    throw start_failure(
      exit_code::database,
      made_by.empty() ? "PostgreSQL is not installed: apt-get install postgresql, or set AIDE_DB_URL and BRAIN_DB_URL"
                      : "the private cluster was made by PostgreSQL " + made_by
                          + ", which is not installed: apt-get install postgresql-" + made_by);
  return std::ranges::max(found).second;
}

std::optional<running_postmaster> find_postmaster(const fs::path& cluster_dir) {
  std::istringstream lines(read_file(cluster_dir / "postmaster.pid"));
  std::vector<std::string> line; // pid, folder, start, port, socket folder, address, shared memory, status
  for (std::string each; std::getline(lines, each);)
    line.push_back(each);
  if (line.empty())
    return std::nullopt;
  pid_t pid = 0;
  std::from_chars(line[0].data(), line[0].data() + line[0].size(), pid);
  if (pid <= 1)
    return std::nullopt;
  // The pid may belong to another program by now.
  const auto command = read_file("/proc/" + std::to_string(pid) + "/cmdline");
  if (command.find("postgres") == std::string::npos || command.find(cluster_dir.string()) == std::string::npos)
    return std::nullopt;
  running_postmaster out{pid, line.size() > 4 ? line[4] : "", line.size() > 7 && line[7].starts_with("ready")};
  return out;
}

std::string last_complaint(const fs::path& log_file) {
  std::istringstream lines(read_file(log_file));
  std::string out = "no reason given";
  for (std::string each; std::getline(lines, each);)
    for (const std::string_view level : {"FATAL:", "PANIC:", "initdb: error:", "could not"})
      if (const auto at = each.find(level); at != std::string::npos) {
        out = each.substr(at);
        break;
      }
  return out;
}

} // namespace storage
