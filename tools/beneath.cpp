#include "tools/beneath.hpp"

#include "base/errc.hpp"
#include "base/ids.hpp"

#include <cerrno>
#include <algorithm>
#include <climits>
#include <cstdint>
#include <utility>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tools::beneath {

namespace {

using base::errc;
using base::failure_error;

constexpr std::uint64_t stay_below = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;

[[noreturn]] void throw_failure(errc code, const std::string& sentence) {
  throw failure_error(code, "path: " + sentence);
}

/// openat2(2); -1 and errno as the system call answers.
int open_at(int folder, const std::string& path, std::uint64_t flags, std::uint64_t resolve) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = resolve;
  // EAGAIN: something was renamed while the kernel looked; manual page openat2(2) says to try again.
  for (int attempt = 0;; ++attempt) {
    const auto fd = ::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how);
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR) || attempt == 100)
      return static_cast<int>(fd);
  }
}

/// Keys lie in `.ssh`, wherever it is: neither its name nor a link leads there. The kernel says where a descriptor is.
void refuse_keys(const descriptor& opened, const components& path) {
  constexpr std::string_view keys = ".ssh";
  std::string where(PATH_MAX, '\0');
  const auto link = "/proc/self/fd/" + std::to_string(opened.get());
  const auto size = ::readlink(link.c_str(), where.data(), where.size());
  where.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  where += '/';
  if (std::ranges::find(path, keys) != path.end() || where.find("/.ssh/") != std::string::npos)
    throw_failure(errc::denied, join(path) + " lies in a .ssh folder, which no tool may touch");
}

descriptor open_below(const descriptor& root, const components& path, std::uint64_t flags) {
  descriptor out(open_at(root.get(), path.empty() ? "." : join(path), flags, stay_below));
  if (!out)
    throw_errno(errno, join(path));
  refuse_keys(out, path);
  return out;
}

/// The folder that `path` lies in, made step by step if it is missing.
descriptor open_parent(const descriptor& root, const components& path, if_missing missing) {
  const components parent(path.begin(), path.end() - 1);
  descriptor out(open_at(root.get(), parent.empty() ? "." : join(parent), O_PATH | O_DIRECTORY, stay_below));
  if (out) {
    refuse_keys(out, path);
    return out;
  }
  if (errno != ENOENT || missing == if_missing::fail)
    throw_errno(errno, join(parent));
  out = open_below(root, {}, O_PATH | O_DIRECTORY);
  refuse_keys(out, path);
  components done;
  for (const auto& part : parent) {
    done.push_back(part);
    descriptor next(open_at(root.get(), join(done), O_PATH | O_DIRECTORY, stay_below));
    if (!next && errno == ENOENT) {
      if (::mkdirat(out.get(), part.c_str(), 0700) != 0 && errno != EEXIST)
        throw_errno(errno, join(done));
      next = open_below(root, done, O_PATH | O_DIRECTORY);
    } else if (!next) {
      throw_errno(errno, join(done));
    }
    out = std::move(next);
  }
  return out;
}

/// What has the name, without following it; nullopt if nothing has.
std::optional<struct stat> look(const descriptor& folder, const std::string& name, const std::string& shown) {
  struct stat info {};
  if (::fstatat(folder.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
    return info;
  if (errno != ENOENT)
    throw_errno(errno, shown);
  return std::nullopt;
}

void write_all(int fd, std::string_view content, const std::string& shown) {
  while (!content.empty()) {
    const auto n = ::write(fd, content.data(), content.size());
    if (n < 0) {
      if (errno == EINTR)
        continue;
      throw_errno(errno, shown);
    }
    content.remove_prefix(static_cast<std::size_t>(n));
  }
}

/// A temporary file that is removed unless it was given its name.
class temporary_file {
public:
  explicit temporary_file(const descriptor& folder, const std::string& shown)
    : folder_(folder), name_(".oai-web-" + base::random_token(9) + ".tmp") {
    file_
      = descriptor(::openat(folder.get(), name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file_)
      throw_errno(errno, shown);
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() {
    if (!named_)
      ::unlinkat(folder_.get(), name_.c_str(), 0);
  }
  [[nodiscard]] int get() const noexcept { return file_.get(); }
  void give_name(const std::string& name, const std::string& shown) {
    if (::renameat(folder_.get(), name_.c_str(), folder_.get(), name.c_str()) != 0)
      throw_errno(errno, shown);
    named_ = true;
  }

private:
  const descriptor& folder_;
  std::string name_;
  descriptor file_;
  bool named_ = false;
};

} // namespace

descriptor& descriptor::operator=(descriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0)
      ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

descriptor::~descriptor() {
  if (fd_ >= 0)
    ::close(fd_);
}

int descriptor::release() noexcept { return std::exchange(fd_, -1); }

std::optional<components> split(std::string_view path) {
  components out;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part.empty() || part == ".")
      continue;
    if (part == "..")
      return std::nullopt;
    out.emplace_back(part);
  }
  return out;
}

std::string join(const components& parts) {
  std::string out;
  for (const auto& part : parts) {
    if (!out.empty())
      out += '/';
    out += part;
  }
  return out;
}

void throw_errno(int error, const std::string& shown_path) {
  const auto what = shown_path.empty() ? std::string("the folder") : "'" + shown_path + "'";
  switch (error) {
  case ENOENT: throw_failure(errc::not_found, what + " is not there");
  case EXDEV: throw_failure(errc::denied, what + " leads out of the folder that may be used");
  case ELOOP: throw_failure(errc::denied, what + " passes through a link that may not be followed");
  case ENOTDIR: throw_failure(errc::invalid, what + " is not in a folder: a part of it is a file");
  case EISDIR: throw_failure(errc::invalid, what + " is a folder");
  case ENOTEMPTY:
  case EEXIST: throw_failure(errc::conflict, what + " is a folder with something in it");
  case EACCES:
  case EPERM: throw_failure(errc::denied, what + " may not be used: its permissions forbid it");
  case EROFS: throw_failure(errc::denied, what + " is on a disk that cannot be written");
  case ENAMETOOLONG: throw_failure(errc::invalid, "is too long: at most 255 bytes between two slashes, 4,095 in all");
  case ENOSPC:
  case EDQUOT: throw_failure(errc::unavailable, "the disk is full");
  case ENOSYS:
    throw_failure(errc::unsupported, "this system has no openat2 (Linux 5.6 or newer is needed), so files are refused");
  default: throw_failure(errc::unavailable, what + " cannot be used (system error " + std::to_string(error) + ")");
  }
}

descriptor open_root(const std::string& path, if_missing missing) {
  const auto parts = split(path);
  if (!path.starts_with('/') || !parts)
    throw failure_error(errc::internal, "path: the allowed folder is not an absolute path");
  constexpr std::uint64_t no_links = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  descriptor out(open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY, no_links));
  if (out)
    return out;
  if (errno != ENOENT || missing == if_missing::fail)
    throw_errno(errno, path);
  out = descriptor(open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY, no_links));
  for (const auto& part : *parts) {
    descriptor next(open_at(out.get(), part, O_PATH | O_DIRECTORY, no_links));
    if (!next && errno == ENOENT) {
      if (::mkdirat(out.get(), part.c_str(), 0700) != 0 && errno != EEXIST)
        throw_errno(errno, path);
      next = descriptor(open_at(out.get(), part, O_PATH | O_DIRECTORY, no_links));
    }
    if (!next)
      throw_errno(errno, path);
    out = std::move(next);
  }
  return out;
}

descriptor open_file(const descriptor& root, const components& path, struct stat& info) {
  // First only a reference, then a look at what it is: opening a FIFO would wait, opening a device may do something.
  const auto reference = open_below(root, path, O_PATH);
  if (::fstat(reference.get(), &info) != 0)
    throw_errno(errno, join(path));
  if (S_ISDIR(info.st_mode))
    throw_errno(EISDIR, join(path));
  if (!S_ISREG(info.st_mode))
    throw_failure(errc::denied, "'" + join(path) + "' is not an ordinary file (a device, a pipe or a socket)");
  const auto same = "/proc/self/fd/" + std::to_string(reference.get()); // the very file that was looked at
  descriptor out(::open(same.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!out)
    throw_errno(errno, join(path));
  return out;
}

descriptor open_folder(const descriptor& root, const components& path) {
  return open_below(root, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
}

written write_file(const descriptor& root, const components& path, std::string_view content, mode_t mode) {
  const auto shown = join(path);
  if (path.empty())
    throw_errno(EISDIR, shown);
  const auto parent = open_parent(root, path, if_missing::make);
  const auto& name = path.back();
  const auto old = look(parent, name, shown);
  if (old && S_ISDIR(old->st_mode))
    throw_errno(EISDIR, shown);
  if (old && !S_ISREG(old->st_mode))
    throw_failure(errc::conflict, "'" + shown + "' is a link, a device, a pipe or a socket, and is not replaced");
  temporary_file file(parent, shown);
  write_all(file.get(), content, shown);
  if (old && ::fchown(file.get(), old->st_uid, old->st_gid) != 0 && errno != EPERM)
    throw_errno(errno, shown);
  if (::fchmod(file.get(), old ? old->st_mode & 0777U : mode) != 0 || ::fsync(file.get()) != 0)
    throw_errno(errno, shown);
  file.give_name(name, shown);
  const descriptor folder(
    ::openat(parent.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)); // an O_PATH one cannot be synced
  if (!folder || ::fsync(folder.get()) != 0)
    throw_errno(errno, shown);
  return {.replaced = old.has_value()};
}

removed remove(const descriptor& root, const components& path) {
  const auto shown = join(path);
  if (path.empty())
    throw_failure(errc::denied, "the whole folder cannot be deleted");
  const auto parent = open_parent(root, path, if_missing::fail);
  const auto& name = path.back();
  const auto info = look(parent, name, shown);
  if (!info)
    throw_errno(ENOENT, shown);
  if (!S_ISREG(info->st_mode) && !S_ISLNK(info->st_mode) && !S_ISDIR(info->st_mode))
    throw_failure(errc::denied, "'" + shown + "' is a device, a pipe or a socket, and is not deleted");
  if (::unlinkat(parent.get(), name.c_str(), S_ISDIR(info->st_mode) ? AT_REMOVEDIR : 0) != 0)
    throw_errno(errno, shown);
  return S_ISDIR(info->st_mode) ? removed::folder : S_ISLNK(info->st_mode) ? removed::link : removed::file;
}

} // namespace tools::beneath
