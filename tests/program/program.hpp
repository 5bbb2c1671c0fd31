#pragma once

#include "storage/child_process.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/postgres.hpp"

#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

/// The built oai-web, run from outside.
namespace tests {

struct ended_program {
  int code = -1; ///< -1: a signal, or it did not end in time
  std::string output;

  /// The line that begins with `oai-web: `, without that.
  [[nodiscard]] std::string sentence() const {
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("oai-web: "))
        return line.substr(9);
    return {};
  }
};

/// A program that runs; killed with this object.
class running_program {
public:
  running_program(const std::filesystem::path& folder, std::vector<std::string> arguments,
                  const std::vector<std::string>& environment = {}) {
    output_ = folder / ("output-" + std::to_string(++number_));
    std::vector<std::string> variables{"PATH=/usr/bin:/bin", "HOME=/nonexistent"};
    variables.insert(variables.end(), environment.begin(), environment.end());
    pid_ = storage::start_child({.program = program().string(),
                                 .arguments = std::move(arguments),
                                 .environment = variables,
                                 .working_dir = "/",
                                 .output_file = output_.string(),
                                 .user = std::nullopt,
                                 .signal_at_parents_death = SIGKILL});
  }
  ~running_program() {
    if (pid_ > 1) {
      storage::signal_child(pid_, SIGKILL);
      (void)storage::wait_child(pid_, -1);
    }
  }
  running_program(const running_program&) = delete;
  running_program& operator=(const running_program&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  void signal(int s) { storage::signal_child(pid_, s); }

  /// Its exit code and all it wrote.
  ended_program wait(std::chrono::seconds limit = std::chrono::seconds(60)) {
    ended_program out;
    const auto status = storage::wait_child(pid_, static_cast<int>(std::chrono::milliseconds(limit).count()));
    if (status) {
      pid_ = 0;
      out.code = WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
    }
    out.output = output();
    return out;
  }

  [[nodiscard]] std::string output() const {
    std::ifstream in(output_);
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
  }

  /// Whether it wrote `text` within the time.
  [[nodiscard]] bool says(const std::string& text, std::chrono::seconds limit = std::chrono::seconds(60)) const {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (output().find(text) == std::string::npos) {
      if (std::chrono::steady_clock::now() > end)
        return false;
      ::usleep(20'000);
    }
    return true;
  }

private:
  static inline int number_ = 0;
  std::filesystem::path output_;
  pid_t pid_ = 0;
};

/// Every file below a folder with its size and time of change; what PostgreSQL writes for itself left out.
[[nodiscard]] inline std::map<std::string, std::string> picture_of(const std::filesystem::path& folder) {
  std::map<std::string, std::string> out;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, ignored)) {
    const auto name = entry.path().lexically_relative(folder).string();
    if (name.starts_with("postgres/") || name.starts_with("log/") || name.starts_with("run/"))
      continue;
    struct stat info {};
    ::lstat(entry.path().c_str(), &info);
    out[name] = std::to_string(info.st_size) + ' ' + std::to_string(info.st_mode)
                + (entry.is_regular_file() ? ' ' + std::to_string(info.st_mtim.tv_sec) : "");
  }
  return out;
}

} // namespace tests
