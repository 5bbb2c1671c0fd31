#include "storage/private_cluster.hpp"

#include "base/ids.hpp"
#include "config/start_failure.hpp"
#include "storage/cluster_files.hpp"

#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace storage {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using config::exit_code;
using config::start_failure;

namespace {

constexpr std::string_view role = "oai_web";
constexpr auto first_start_limit = 60s; ///< recovery after a crash may take its time
constexpr auto fast_stop_limit = 8s;
constexpr auto first_pause = 100ms;
constexpr auto longest_pause = 10s;
constexpr auto steady_after = 30s; ///< having run this long, the next pause is the first again
constexpr int tries_at_start = 6;
constexpr std::uintmax_t largest_log = 10U << 20;

/// Beside what initdb wrote: no network, nothing that a single small server does not need. Given on the command line, so
/// that an old cluster gets them too.
std::vector<std::string> server_arguments(const fs::path& cluster, const fs::path& socket_dir) {
  std::vector<std::string> out{"-D", cluster.string()};
  for (const std::string& setting :
       {std::string("listen_addresses="), "unix_socket_directories=" + socket_dir.string(),
        std::string("unix_socket_permissions=0700"), std::string("max_connections=40"),
        std::string("shared_buffers=128MB"), std::string("jit=off"), std::string("wal_level=minimal"),
        std::string("max_wal_senders=0"), std::string("max_logical_replication_workers=0"),
        std::string("max_worker_processes=4"), std::string("max_parallel_workers_per_gather=0"),
        std::string("huge_pages=off"), std::string("checkpoint_timeout=15min"), std::string("log_timezone=UTC"),
        std::string("log_line_prefix=%m [%p] "), std::string("password_encryption=scram-sha-256")}) {
    out.emplace_back("-c");
    out.push_back(setting);
  }
  return out;
}

std::string ended_with(int status) {
  if (WIFSIGNALED(status))
    return "signal " + std::to_string(WTERMSIG(status));
  return "status " + std::to_string(WEXITSTATUS(status));
}

} // namespace

struct private_cluster::impl {
  private_cluster_settings settings;
  std::optional<run_as> user;
  fs::path bin_dir;
  fs::path socket;
  base::secret password;
  std::atomic<int> pid{0};
  int stop_fd = -1; ///< readable once the cluster is to stop
  std::thread keeper;
  std::mutex mutex;
  std::condition_variable changed;
  bool ready = false;    ///< it answered once
  bool given_up = false; ///< the first start failed
  exit_code why = exit_code::database;
  std::string complaint;

  [[nodiscard]] fs::path cluster_dir() const { return settings.data_dir / "postgres"; }
  [[nodiscard]] fs::path log_file() const { return settings.data_dir / "log" / "postgres.log"; }

  ~impl() {
    if (keeper.joinable()) {
      (void)::eventfd_write(stop_fd, 1);
      keeper.join();
    }
    if (stop_fd >= 0)
      ::close(stop_fd);
    if (!socket.empty() && socket.parent_path() != settings.data_dir && stop_fd >= 0) {
      std::error_code ignored;
      fs::remove(socket, ignored); // empty by now
    }
  }

  [[nodiscard]] child_settings child(const std::string& program, std::vector<std::string> arguments,
                                     int at_death) const {
    return {.program = (bin_dir / program).string(),
            .arguments = std::move(arguments),
            .environment = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + settings.data_dir.string()},
            .working_dir = "/",
            .output_file = log_file().string(),
            .user = user,
            .signal_at_parents_death = at_death};
  }

  /// Waits in small steps; answers whether the cluster is to stop.
  [[nodiscard]] bool pause(std::chrono::milliseconds time) const {
    pollfd one{stop_fd, POLLIN, 0};
    return ::poll(&one, 1, static_cast<int>(time.count())) > 0;
  }

  // --- files ---------------------------------------------------------------------------------------------------

  void prepare_files() {
    make_data_dir(settings.data_dir);
    make_folder(settings.data_dir / "log", 0700, std::nullopt);
    std::error_code ignored;
    if (fs::file_size(log_file(), ignored) > largest_log && !ignored)
      fs::rename(log_file(), log_file().string() + ".1", ignored);
    if (auto known = read_secret(settings.data_dir, "postgres_password")) {
      password = std::move(*known);
    } else {
      if (fs::exists(cluster_dir() / "PG_VERSION"))
        throw start_failure(exit_code::database, "the password of the private PostgreSQL is missing: put "
                                                   + (settings.data_dir / "secret/postgres_password").string()
                                                   + " back from a backup");
      password = base::secret(base::random_token(32));
      write_secret(settings.data_dir, "postgres_password", password);
    }
    if (!fs::exists(cluster_dir() / "PG_VERSION"))
      make_cluster();
    socket = make_socket_dir(settings.data_dir, user);
  }

  /// initdb in a folder beside, renamed when it is whole, so that a crash leaves no half of a cluster.
  void make_cluster() {
    spdlog::info("making_private_postgres folder={}", cluster_dir().string());
    const auto half = settings.data_dir / "postgres.new";
    fs::remove_all(half);
    make_folder(half, 0700, user);
    const auto words = settings.data_dir / "initdb.password"; // initdb reads it as its own user
    ::unlink(words.c_str());
    const int fd = ::open(words.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    const auto text = std::string(password.reveal()) + '\n';
    const bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size())
                         && (!user || ::fchown(fd, user->uid, user->gid) == 0);
    ::close(fd);
    std::optional<int> status;
    if (written) {
      const auto pid
        = start_child(child("initdb",
                            {"-D", half.string(), "--username=" + std::string(role), "--pwfile=" + words.string(),
                             "--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--data-checksums",
                             "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"},
                            SIGKILL));
      status = wait_child(pid, 120'000, stop_fd);
      if (!status) {
        signal_child(pid, SIGKILL);
        status = wait_child(pid, -1);
      }
    }
    ::unlink(words.c_str());
    if (!status || *status != 0) {
      fs::remove_all(half);
      throw start_failure(exit_code::database, "the private PostgreSQL cannot be made in " + cluster_dir().string()
                                                 + ": " + last_complaint(log_file()) + " (log: " + log_file().string()
                                                 + ")");
    }
    fs::rename(half, cluster_dir());
  }

  /// The postmaster of a server that was killed shuts down by itself: wait for it, then help.
  void wait_for_the_last_one() {
    const auto begin = std::chrono::steady_clock::now();
    int helped = 0;
    while (const auto old = find_postmaster(cluster_dir())) {
      const auto waited = std::chrono::steady_clock::now() - begin;
      if (helped == 0 && waited > 5s) {
        signal_child(old->pid, SIGINT);
        ++helped;
      } else if (helped == 1 && waited > 12s) {
        signal_child(old->pid, SIGQUIT);
        ++helped;
      } else if (waited > 20s) {
        throw start_failure(exit_code::database, "another PostgreSQL (process " + std::to_string(old->pid)
                                                   + ") runs in " + cluster_dir().string() + ": stop it");
      }
      if (pause(10ms))
        return;
    }
    // What is left names no postmaster of this folder, but PostgreSQL would believe any live process of its own user.
    ::unlink((cluster_dir() / "postmaster.pid").c_str());
  }

  // --- the keeper ----------------------------------------------------------------------------------------------

  /// Runs in a thread that lives as long as the cluster: PDEATHSIG is bound to the thread that forks.
  void keep() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
    try {
      prepare_files();
      wait_for_the_last_one();
    } catch (const start_failure& e) {
      return give_up(e.what(), e.code());
    } catch (const std::exception& e) {
      return give_up(std::string("the private PostgreSQL cannot be prepared: ") + e.what(), exit_code::database);
    }
    std::chrono::milliseconds wait = first_pause;
    for (int failures = 0;;) {
      const auto begin = std::chrono::steady_clock::now();
      const auto status = run_once();
      if (!status)
        return; // stopped
      bool ever_ready = false;
      {
        const std::scoped_lock lock(mutex);
        ever_ready = ready;
      }
      if (!ever_ready && ++failures >= tries_at_start)
        return give_up("the private PostgreSQL does not start: " + last_complaint(log_file())
                         + " (log: " + log_file().string() + ")",
                       exit_code::database);
      if (std::chrono::steady_clock::now() - begin > steady_after)
        wait = first_pause;
      spdlog::warn("private_postgres_ended {} restart_in_ms={}", ended_with(*status), wait.count());
      if (pause(wait))
        return;
      wait = std::min<std::chrono::milliseconds>(wait * 2, longest_pause);
      try {
        wait_for_the_last_one();
      } catch (const start_failure& e) {
        spdlog::error("private_postgres_blocked {}", e.what());
      }
    }
  }

  /// Starts the server and waits for its end; nullopt when it was told to stop.
  std::optional<int> run_once() {
    pid_t child_pid = 0;
    try {
      child_pid = start_child(child("postgres", server_arguments(cluster_dir(), socket), SIGINT));
    } catch (const std::system_error& e) {
      spdlog::error("private_postgres_start_failed {}", e.what());
      return pause(0ms) ? std::nullopt : std::optional(127 << 8);
    }
    pid = child_pid;
    bool announced = false;
    for (;;) {
      if (const auto status = wait_child(child_pid, announced ? -1 : 5, stop_fd)) {
        pid = 0;
        return status;
      }
      if (pause(0ms))
        break;
      if (!announced)
        if (const auto p = find_postmaster(cluster_dir()); p && p->pid == child_pid && p->ready) {
          announced = true;
          const std::scoped_lock lock(mutex);
          ready = true;
          changed.notify_all();
        }
    }
    stop(child_pid);
    pid = 0;
    return std::nullopt;
  }

  static void stop(pid_t child_pid) {
    signal_child(child_pid, SIGINT); // fast: ends sessions, writes a checkpoint
    if (wait_child(child_pid, static_cast<int>(std::chrono::milliseconds(fast_stop_limit).count())))
      return;
    signal_child(child_pid, SIGQUIT); // at once: recovery at the next start
    if (wait_child(child_pid, 2'000))
      return;
    signal_child(child_pid, SIGKILL);
    (void)wait_child(child_pid, -1);
  }

  void give_up(const std::string& sentence, exit_code code) {
    const std::scoped_lock lock(mutex);
    given_up = true;
    complaint = sentence;
    why = code;
    changed.notify_all();
  }
};

std::shared_ptr<private_cluster> private_cluster::start(const private_cluster_settings& settings) {
  auto i = std::make_unique<impl>();
  i->settings = settings;
  i->user = cluster_user(settings);
  check_reachable(settings.data_dir, i->user, settings.user_as_root);
  i->bin_dir = find_postgres(settings);
  i->stop_fd = ::eventfd(0, EFD_CLOEXEC);
  if (i->stop_fd < 0)
    throw std::system_error(errno, std::generic_category(), "eventfd");
  i->keeper = std::thread([p = i.get()] { p->keep(); });
  {
    std::unique_lock lock(i->mutex);
    if (!i->changed.wait_for(lock, first_start_limit + 120s, [&] { return i->ready || i->given_up; })) {
      i->given_up = true;
      i->complaint = "the private PostgreSQL is not ready after " + std::to_string(first_start_limit.count())
                     + " s (log: " + i->log_file().string() + ")";
    }
    if (i->given_up)
      throw start_failure(i->why, i->complaint); // the destructor joins the keeper
  }
  return std::make_shared<private_cluster>(std::move(i));
}

std::shared_ptr<private_cluster> private_cluster::join(const private_cluster_settings& settings) {
  const auto running = find_postmaster(settings.data_dir / "postgres");
  auto password = read_secret(settings.data_dir, "postgres_password");
  if (!running || !password)
    return nullptr;
  auto i = std::make_unique<impl>();
  i->settings = settings;
  i->socket = running->socket_dir;
  i->password = std::move(*password);
  return std::make_shared<private_cluster>(std::move(i));
}

private_cluster::private_cluster(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
private_cluster::~private_cluster() = default;

base::secret private_cluster::conninfo(const std::string& database) const {
  const auto quoted = [](std::string_view text) {
    std::string out = "'";
    for (const char c : text)
      out.append(c == '\'' || c == '\\' ? "\\" : "").append(1, c);
    return out + '\'';
  };
  return base::secret("host=" + quoted(impl_->socket.string()) + " port=5432 user=" + std::string(role)
                      + " dbname=" + quoted(database) + " password=" + quoted(impl_->password.reveal()));
}

std::filesystem::path private_cluster::socket_dir() const { return impl_->socket; }
int private_cluster::postmaster_pid() const noexcept { return impl_->pid; }

} // namespace storage
