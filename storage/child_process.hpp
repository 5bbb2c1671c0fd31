#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace storage {

/// A system user as a child runs as it.
struct run_as {
  uid_t uid = 0;
  gid_t gid = 0;
};

/// How a child is started: empty environment but for these, closed descriptors, no new privileges.
struct child_settings {
  std::string program;                  ///< absolute
  std::vector<std::string> arguments;   ///< without the program's name
  std::vector<std::string> environment; ///< `NAME=value`
  std::string working_dir = "/";
  std::string output_file;         ///< appended to; standard output and error
  std::optional<run_as> user;      ///< empty = as we are
  int signal_at_parents_death = 0; ///< sent when the *thread* that started it ends, however it ends
};

/// Starts it and answers its pid (> 1). Throws std::system_error, also when the program cannot be executed.
[[nodiscard]] pid_t start_child(const child_settings& settings);

/// Waits until it ends and answers its status as waitpid has it; nullopt after `timeout_ms` (-1 = no limit) or when
/// `stop_fd` (-1 = none) becomes readable. The pid is gone after a status was answered.
[[nodiscard]] std::optional<int> wait_child(pid_t pid, int timeout_ms, int stop_fd = -1);

/// kill() that never hits anything but one process.
void signal_child(pid_t pid, int signal);

} // namespace storage
