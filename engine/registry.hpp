#pragma once

#include "base/described.hpp"
#include "engine/latency.hpp"
#include "engine/tap.hpp"

#include <caf/actor_control_block.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <typeinfo>
#include <unordered_map>
#include <vector>

namespace engine {

enum class actor_state { running, restarting, quarantined, ended };
BOOST_DESCRIBE_ENUM(actor_state, running, restarting, quarantined, ended)

/// What all actors of one kind have in common, kept when they are gone.
struct kind_stats {
  std::string name;
  latency waiting; ///< of the short-lived ones; long-lived ones have their own beside
  latency busy;
  std::atomic<std::uint64_t> handled_by_ended{0};
  std::atomic<std::uint64_t> restarts{0};
};

/// What is known of one actor, readable from any thread at any time, also while the actor is stuck.
struct actor_stats {
  std::string path;
  std::shared_ptr<kind_stats> kind;
  std::chrono::steady_clock::time_point started;
  std::atomic<actor_state> state{actor_state::running};
  std::atomic<std::int64_t> mailbox{0};
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint32_t> restarts{0};
  std::atomic<const std::type_info*> last_message{nullptr}; ///< its type; null = none yet
  std::shared_ptr<latency> waiting;                         ///< own, or the kind's for short-lived actors
  std::shared_ptr<latency> busy;

  void set_last_error(std::string text);
  [[nodiscard]] std::string last_error() const;

private:
  mutable std::mutex error_mutex_;
  std::string last_error_;
};

struct quantiles {
  double p50 = 0;
  double p99 = 0;
};
BOOST_DESCRIBE_STRUCT(quantiles, (), (p50, p99))

/// A row of the actors page.
struct actor_row {
  std::string path;
  std::string kind;
  actor_state state = actor_state::running;
  std::int64_t mailbox = 0;
  std::uint64_t handled = 0;
  std::uint32_t restarts = 0;
  double age_s = 0;
  quantiles waiting_ms;
  quantiles busy_ms;
  std::string last_message;
  std::string last_error;
};
BOOST_DESCRIBE_STRUCT(actor_row, (),
                      (path, kind, state, mailbox, handled, restarts, age_s, waiting_ms, busy_ms, last_message,
                       last_error))

/// How long an actor lives: with the server (own histograms, starts afresh after a failure), or as long as one piece of
/// work (histograms of its kind, ends on a failure).
enum class lifetime { server, work };

/// All actors by path. Safe from any thread.
class registry {
public:
  [[nodiscard]] std::shared_ptr<actor_stats> enter(std::string path, const std::string& kind, lifetime life);
  /// Where the actor is reached, weakly: it may end.
  void set_address(const std::string& path, const caf::actor_addr& address);
  void leave(const actor_stats& stats);

  /// The actor at `path`; null when there is none.
  [[nodiscard]] caf::strong_actor_ptr find(const std::string& path) const;

  /// A sentence for a path without an actor: that there is none, and which path was perhaps meant.
  [[nodiscard]] std::string none_at(const std::string& path) const;

  /// All rows, ordered by path.
  [[nodiscard]] std::vector<actor_row> rows() const;

  /// Calls f for each kind with its totals; the actors' own histograms are handed along.
  struct kind_totals {
    std::string name;
    std::uint64_t handled = 0;
    std::uint64_t restarts = 0;
    std::vector<std::shared_ptr<const latency>> waiting;
  };
  [[nodiscard]] std::vector<kind_totals> kinds() const;

  [[nodiscard]] std::size_t size() const;

  /// What the actors of this registry send can be looked at here. Const for who looks only.
  [[nodiscard]] engine::tap& tap() const noexcept { return *tap_; }

private:
  struct entry {
    std::shared_ptr<actor_stats> stats;
    caf::weak_actor_ptr address;
  };
  mutable std::mutex mutex_;
  std::unordered_map<std::string, entry> actors_;
  std::unordered_map<std::string, std::shared_ptr<kind_stats>> kinds_;
  /// On its own: every message reads it, and the mutex beside it is busy.
  const std::unique_ptr<engine::tap> tap_ = std::make_unique<engine::tap>();
};

} // namespace engine
