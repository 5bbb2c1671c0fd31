#pragma once

#include "base/secret.hpp"
#include "storage/child_process.hpp"
#include "storage/private_cluster.hpp"

#include <filesystem>
#include <optional>
#include <string>

/// What of a private cluster lies on disk, and the checks before it is touched.
namespace storage {

/// The system user that PostgreSQL runs as; empty when we are not root. Throws start_failure when there is none.
[[nodiscard]] std::optional<run_as> cluster_user(const private_cluster_settings& settings);

/// Throws start_failure{data_directory} when the user cannot reach the data directory, naming the folder in the way.
void check_reachable(const std::filesystem::path& data_dir, const std::optional<run_as>& user,
                     const std::string& user_name);

/// Makes the data directory (0711 as root, else 0700) and a folder below it; throws start_failure{data_directory}.
void make_data_dir(const std::filesystem::path& data_dir);
std::filesystem::path make_folder(const std::filesystem::path& path, unsigned mode, const std::optional<run_as>& owner);

/// A file of DATA/secret (0600); made with `fresh` when it is not there. Written whole or not at all.
[[nodiscard]] std::optional<base::secret> read_secret(const std::filesystem::path& data_dir, const std::string& name);
void write_secret(const std::filesystem::path& data_dir, const std::string& name, const base::secret& value);

/// DATA/run, or a short folder of our own under the temporary directory when a socket's path would exceed 100 bytes.
[[nodiscard]] std::filesystem::path make_socket_dir(const std::filesystem::path& data_dir,
                                                    const std::optional<run_as>& user);

/// Folder of initdb and postgres: of the version that made the cluster, or the newest. Throws start_failure{database}.
[[nodiscard]] std::filesystem::path find_postgres(const private_cluster_settings& settings);

/// What postmaster.pid says, if the process it names is a postmaster of this folder.
struct running_postmaster {
  pid_t pid = 0;
  std::string socket_dir;
  bool ready = false;
};
[[nodiscard]] std::optional<running_postmaster> find_postmaster(const std::filesystem::path& cluster_dir);

/// The last line of the log that says what went wrong.
[[nodiscard]] std::string last_complaint(const std::filesystem::path& log_file);

} // namespace storage
