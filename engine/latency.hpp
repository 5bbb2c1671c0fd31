#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>

namespace engine {

/// A histogram of durations from 128 ns to 68 s: four buckets for each doubling, so a value is known to 19 %.
/// 470 bytes; record() is wait-free and may be called from any thread, reading too.
class latency {
public:
  static constexpr int first_bit = 7; ///< 128 ns: shorter ones count as that
  static constexpr int last_bit = 36; ///< 68.7 s: longer ones count as that
  static constexpr int bucket_count = (last_bit - first_bit) * 4;

  void record(std::chrono::nanoseconds d) noexcept {
    const auto ns = d.count() < 0 ? 0U : static_cast<std::uint64_t>(d.count());
    buckets_[static_cast<std::size_t>(bucket_of(ns))].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(ns, std::memory_order_relaxed);
  }

  /// The upper edge of the bucket in which the `q` quantile lies; zero while nothing was recorded.
  [[nodiscard]] std::chrono::nanoseconds quantile(double q) const noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept;
  [[nodiscard]] std::chrono::nanoseconds sum() const noexcept {
    return std::chrono::nanoseconds{sum_.load(std::memory_order_relaxed)};
  }
  /// How many values are at most `limit`, counted in whole buckets.
  [[nodiscard]] std::uint64_t count_up_to(std::chrono::nanoseconds limit) const noexcept;

private:
  [[nodiscard]] static int bucket_of(std::uint64_t ns) noexcept {
    if (ns < (1ULL << first_bit))
      return 0;
    const int bit = std::bit_width(ns) - 1;
    if (bit >= last_bit)
      return bucket_count - 1;
    return (bit - first_bit) * 4 + static_cast<int>(ns >> (bit - 2) & 3U);
  }
  [[nodiscard]] static std::uint64_t upper_edge(int bucket) noexcept {
    const int bit = first_bit + bucket / 4;
    return (1ULL << bit) + (static_cast<std::uint64_t>(bucket % 4) + 1) * (1ULL << (bit - 2));
  }

  std::array<std::atomic<std::uint32_t>, bucket_count> buckets_{};
  std::atomic<std::uint64_t> sum_{0};
};

} // namespace engine
