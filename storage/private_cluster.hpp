#pragma once

#include "base/secret.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace storage {

/// A PostgreSQL of our own in the data directory: unix socket only, SCRAM with a random password, ends with this process.
struct private_cluster_settings {
  std::filesystem::path data_dir;       ///< absolute; `postgres/`, `secret/` and `run/` below it are ours
  std::filesystem::path bin_dir;        ///< of initdb and postgres; empty = looked for
  std::string user_as_root = "oai-web"; ///< system user that PostgreSQL runs as when we are root
};

class private_cluster {
public:
  /// Makes the cluster if it is not there and starts it; returns when it answers. A supervising thread of its own restarts
  /// it after a crash (0.1 s, doubled up to 10 s). Throws config::start_failure.
  [[nodiscard]] static std::shared_ptr<private_cluster> start(const private_cluster_settings& settings);

  /// The cluster of this data directory that another process runs; empty when none answers.
  [[nodiscard]] static std::shared_ptr<private_cluster> join(const private_cluster_settings& settings);

  /// Fast shutdown, at most 8 s, then immediate. No-op for a joined one.
  ~private_cluster();

  /// For libpq: host, port, user, password, dbname.
  [[nodiscard]] base::secret conninfo(const std::string& database) const;
  [[nodiscard]] std::filesystem::path socket_dir() const;
  /// Of the running postmaster; 0 while there is none, or when joined.
  [[nodiscard]] int postmaster_pid() const noexcept;

  struct impl;
  explicit private_cluster(std::unique_ptr<impl> i);

private:
  std::unique_ptr<impl> impl_;
};

} // namespace storage
