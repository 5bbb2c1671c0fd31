#include "storage/child_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>

namespace storage {

namespace {

/// Between fork and exec of a process with threads only system calls are safe: everything is prepared before.
struct prepared {
  const char* program;
  char* const* arguments;
  char* const* environment;
  const char* working_dir;
  int output;
  int error_pipe;
  const run_as* user;
  int death_signal;
  pid_t parent;
};

[[noreturn]] void become(const prepared& p) {
  const auto fail = [&] {
    const int error = errno;
    (void)!::write(p.error_pipe, &error, sizeof error);
    ::_exit(127);
  };
  if (p.user != nullptr
      && (::syscall(SYS_setgroups, 0, nullptr) != 0
          || ::syscall(SYS_setresgid, p.user->gid, p.user->gid, p.user->gid) != 0
          || ::syscall(SYS_setresuid, p.user->uid, p.user->uid, p.user->uid) != 0))
    fail();
  // After the change of user, which clears it; then the parent may be gone already.
  if (p.death_signal != 0 && ::prctl(PR_SET_PDEATHSIG, p.death_signal) != 0)
    fail();
  if (::getppid() != p.parent)
    ::_exit(127);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::setsid();
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int s = 1; s < NSIG; ++s)
    ::signal(s, SIG_DFL);
  const int nothing = ::open("/dev/null", O_RDWR);
  if (nothing < 0 || ::dup2(nothing, 0) < 0 || ::dup2(p.output >= 0 ? p.output : nothing, 1) < 0
      || ::dup2(p.output >= 0 ? p.output : nothing, 2) < 0)
    fail();
  if (p.error_pipe != 3 && ::dup3(p.error_pipe, 3, O_CLOEXEC) < 0)
    fail();
  ::syscall(SYS_close_range, 4, ~0U, 0);
  if (::chdir(p.working_dir) != 0)
    ::_exit(127);
  ::umask(077);
  ::execve(p.program, p.arguments, p.environment);
  const int error = errno;
  (void)!::write(3, &error, sizeof error);
  ::_exit(127);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& t : texts)
    out.push_back(t.data());
  out.push_back(nullptr);
  return out;
}

} // namespace

pid_t start_child(const child_settings& settings) {
  auto arguments = settings.arguments;
  arguments.insert(arguments.begin(), settings.program);
  auto environment = settings.environment;
  const auto argv = pointers(arguments);
  const auto envp = pointers(environment);
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  int output = -1;
  if (!settings.output_file.empty()) {
    output = ::open(settings.output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (output < 0) {
      const int error = errno;
      ::close(pipe[0]);
      ::close(pipe[1]);
      throw std::system_error(error, std::generic_category(), settings.output_file);
    }
  }
  const prepared p{settings.program.c_str(),
                   argv.data(),
                   envp.data(),
                   settings.working_dir.c_str(),
                   output,
                   pipe[1],
                   settings.user ? &*settings.user : nullptr,
                   settings.signal_at_parents_death,
                   ::getpid()};
  const pid_t pid = ::fork();
  const int fork_error = errno;
  if (pid == 0)
    become(p);
  ::close(pipe[1]);
  if (output >= 0)
    ::close(output);
  int error = 0;
  const auto got = pid > 0 ? ::read(pipe[0], &error, sizeof error) : 0; // ends at exec
  ::close(pipe[0]);
  if (pid < 0)
    throw std::system_error(fork_error, std::generic_category(), "fork");
  if (got == sizeof error) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    throw std::system_error(error, std::generic_category(), settings.program);
  }
  return pid;
}

std::optional<int> wait_child(pid_t pid, int timeout_ms, int stop_fd) {
  if (pid <= 1)
    throw std::system_error(ESRCH, std::generic_category(), "wait_child");
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0)
    throw std::system_error(errno, std::generic_category(), "pidfd_open");
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  pollfd both[2] = {{fd, POLLIN, 0}, {stop_fd, POLLIN, 0}};
  for (;;) {
    int left = -1;
    if (timeout_ms >= 0)
      left = static_cast<int>(std::max<std::int64_t>(
        0, std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count()));
    const int ready = ::poll(both, 2, left);
    if (ready < 0 && errno == EINTR)
      continue;
    break;
  }
  ::close(fd);
  if ((both[0].revents & POLLIN) == 0)
    return std::nullopt;
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

void signal_child(pid_t pid, int signal) {
  if (pid > 1) // kill(-1) and kill(0) hit everything
    ::kill(pid, signal);
}

} // namespace storage
