#pragma once

#include "clients/http/engine.hpp"
#include "clients/http/host_slots.hpp"
#include "clients/http/open_transfer.hpp"
#include "clients/http/resolver.hpp"
#include "config/host_list.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace net {

/// A file descriptor that closes itself.
class owned_fd {
public:
  explicit owned_fd(int fd) noexcept : fd_(fd) {}
  owned_fd(const owned_fd&) = delete;
  owned_fd& operator=(const owned_fd&) = delete;
  ~owned_fd();
  [[nodiscard]] int get() const noexcept { return fd_; }

private:
  int fd_;
};

/// What other threads ask of the loop: a list and an eventfd that wakes it.
class loop_mailbox {
public:
  struct submitted {
    transfer_id id;
    request what;
    listener who;
  };
  struct cancelled {
    transfer_id id;
  };
  struct resolved {
    transfer_id id;
    resolver::answer addresses;
  };
  using message = std::variant<submitted, cancelled, resolved>;

  /// Throws base::failure_error without a descriptor.
  loop_mailbox();
  /// False once the mailbox is closed; `m` is left as it was then.
  [[nodiscard]] bool post(message& m);
  [[nodiscard]] std::vector<message> take();
  /// What was left in it; nothing is taken from then on.
  [[nodiscard]] std::vector<message> close();
  void wake() noexcept;
  [[nodiscard]] int fd() const noexcept { return wake_.get(); }

private:
  std::mutex mutex_;
  std::vector<message> messages_; ///< bounded by the transfers: each posts at most four, and resolvers one for each
  bool closed_ = false;
  owned_fd wake_;
};

/// The engine's thread and what is on it: epoll over the sockets of both multi handles (curl_multi_socket_action: an idle
/// stream costs nothing, where curl_multi_poll would look at all of them for each piece of one).
class engine::loop final : private transfer_host {
public:
  explicit loop(engine_settings settings);
  ~loop() override;
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  transfer_id submit(request what, listener who);
  void cancel(transfer_id id);
  base::result<void> allow_hosts(const std::vector<std::string>& entries);
  [[nodiscard]] engine_counters counters() const noexcept;
  void stop();

private:
  /// One trust class: its connections, its names, its timer.
  struct trust_class {
    trust_class(loop& owner, std::uint32_t number, const engine_settings& settings, std::size_t resolver_threads,
                std::size_t max_each_host);
    loop& owner;
    std::uint32_t number; ///< in the data of its epoll events
    multi_handle multi;
    resolver names;
    host_slots hosts;
    steady::time_point timer = steady::time_point::max(); ///< when libcurl wants to be called
    std::atomic<std::size_t> open{0};                     ///< transfers; at most engine_settings::max_transfers
  };
  using transfer_map = std::unordered_map<transfer_id, std::unique_ptr<open_transfer>>;

  static int socket_changed(CURL* easy, curl_socket_t socket, int what, void* of_class, void* known);
  static int timer_changed(CURLM* multi, long ms, void* of_class);

  void run();
  [[nodiscard]] int wait_ms() const noexcept;
  void handle(loop_mailbox::message& m);
  void begin(loop_mailbox::submitted& m);
  void start_hop(open_transfer& t);
  void look_up(open_transfer& t);
  void start_ready(trust_class& c);
  void connect(open_transfer& t, const resolver::answer& addresses);
  void call_timers();
  void collect(trust_class& c);
  void end_overdue();
  /// Takes the transfer out of everything, then tells its listener.
  void end(transfer_map::iterator at, outcome how);
  /// The hop is over: out of its multi handle and from its host.
  void leave(open_transfer& t);
  trust_class& class_of(trust of) noexcept { return of == trust::provider ? provider_ : open_; }

  std::optional<std::string> refusal(const url& host, const sockaddr& address) override;
  bool connecting(const sockaddr& address) override;
  bool held() override;
  void sends() override;
  void connected(const open_transfer& t) override;
  void moved(transfer_id id) override;

  const engine_settings settings_;
  mutable std::mutex hosts_mutex_;
  config::host_list hosts_;
  std::shared_ptr<loop_mailbox> mailbox_; ///< shared with lookups under way
  owned_fd epoll_;
  trust_class provider_;
  trust_class open_;
  transfer_map transfers_;
  std::set<std::pair<steady::time_point, transfer_id>> deadlines_; ///< one of each transfer that has one
  std::atomic<transfer_id> last_id_{0};
  std::atomic<std::uint64_t> connects_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<steady::time_point> last_sent_{};
  std::atomic<bool> stopping_{false};
  std::mutex stop_mutex_;
  std::thread thread_;
};

} // namespace net
