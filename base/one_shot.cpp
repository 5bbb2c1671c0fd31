#include "base/one_shot.hpp"

#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace base::detail {

void futex_wait_until(std::atomic<int>& word, int expected, std::chrono::steady_clock::time_point end) {
  const auto since_boot = std::chrono::duration_cast<std::chrono::nanoseconds>(end.time_since_epoch()).count();
  timespec limit{};
  limit.tv_sec = static_cast<time_t>(since_boot / 1'000'000'000);
  limit.tv_nsec = static_cast<long>(since_boot % 1'000'000'000);
  // FUTEX_WAIT_BITSET takes an absolute CLOCK_MONOTONIC end, which is what steady_clock counts (futex(2)).
  ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, expected, &limit, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void futex_wake(std::atomic<int>& word) {
  ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

} // namespace base::detail
