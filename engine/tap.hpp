#pragma once

#include "messages/injection.hpp"

#include <caf/mailbox_element.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// An actor that has a path: every observed one.
class located {
public:
  [[nodiscard]] virtual const std::string& path() const noexcept = 0;

protected:
  ~located() = default;
};

/// Whether a path is what `pattern` says: the same, or for one that ends in `*` a path that begins as it does.
[[nodiscard]] bool path_fits(std::string_view path, std::string_view pattern) noexcept;

/// Lets one actor, the injector, see what chosen actors send. While nobody is watched, a message costs one atomic read.
/// Safe from any thread.
///
/// Seen is what reaches the mailbox of an observed actor from another one: requests, their answers and ticks included,
/// what comes from threads and timers without a sender not.
class tap {
public:
  static constexpr std::size_t max_waiting = 10'000;                 ///< messages on their way to the listener
  static constexpr std::size_t max_waiting_bytes = 16 * 1024 * 1024; ///< of their JSON

  [[nodiscard]] bool on() const noexcept { return on_.load(std::memory_order_relaxed); }

  /// Called by the receiver at `to` for each message while on().
  void see(const caf::mailbox_element& message, const std::string& to);

  /// From now on `listener`, whose path is `at`, gets message_seen for what the actors at these paths send (patterns, see
  /// path_fits), but for what is sent to itself. None: nobody is watched.
  void watch(std::vector<std::string> paths, messages::injector_actor listener, std::string at);

  /// The listener has taken one message_seen.
  void taken(const messages::message_seen& m) noexcept;
  /// How many messages were not handed on since the start, as too much waited.
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

private:
  struct watch_list {
    std::vector<std::string> paths;
    messages::injector_actor listener;
    std::string listener_path;
  };

  std::atomic<bool> on_{false};
  std::shared_ptr<const watch_list> list_; ///< replaced as a whole, by std::atomic_store
  std::atomic<std::size_t> waiting_{0};
  std::atomic<std::size_t> waiting_bytes_{0};
  std::atomic<std::uint64_t> lost_{0};
};

} // namespace engine
