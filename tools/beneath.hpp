#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>

/// Files below one root folder, opened by the kernel's own rule (openat2 with RESOLVE_BENEATH and RESOLVE_NO_MAGICLINKS): no
/// `..`, symlink, magic link or race leads out of the root. Every function throws failure_error with a sentence that begins
/// with the path's field name `path:`; none follows a link in the last place of a write or delete, and none opens a device,
/// FIFO or socket.
namespace tools::beneath {

/// An open file descriptor that closes itself.
class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int fd) noexcept : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(other.release()) {}
  descriptor& operator=(descriptor&& other) noexcept;
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor();
  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int release() noexcept;

private:
  int fd_ = -1;
};

/// A path below a root: its components, without `.`, `..` and empty ones. The root itself has none.
using components = std::vector<std::string>;

/// The components of `path` (relative). nullopt if there is a `..` among them.
[[nodiscard]] std::optional<components> split(std::string_view path);
[[nodiscard]] std::string join(const components& parts);

/// The root folder; no component of `path` may be a symlink. With `make`, missing folders are made (0700).
enum class if_missing { fail, make };
[[nodiscard]] descriptor open_root(const std::string& path, if_missing missing);

/// A regular file, for reading; its state is put into `info`.
[[nodiscard]] descriptor open_file(const descriptor& root, const components& path, struct stat& info);

/// A folder, for listing.
[[nodiscard]] descriptor open_folder(const descriptor& root, const components& path);

/// Writes the whole file: into a temporary file beside it, synced, then renamed over it. Missing folders are made. A file that
/// is there keeps its permissions and owner; a new one gets `mode`. not_found, denied, conflict (a folder, link or device
/// of that name), unavailable (disk full).
struct written {
  bool replaced = false;
};
written write_file(const descriptor& root, const components& path, std::string_view content, mode_t mode);

/// Removes a file, a link (never what it leads to) or an empty folder; answers which.
enum class removed { file, link, folder };
removed remove(const descriptor& root, const components& path);

/// The sentence for an errno value, and the failure that carries it.
[[noreturn]] void throw_errno(int error, const std::string& shown_path);

} // namespace tools::beneath
