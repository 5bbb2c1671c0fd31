#include "engine/latency.hpp"

#include <cmath>

namespace engine {

std::uint64_t latency::count() const noexcept {
  std::uint64_t total = 0;
  for (const auto& bucket : buckets_)
    total += bucket.load(std::memory_order_relaxed);
  return total;
}

std::chrono::nanoseconds latency::quantile(double q) const noexcept {
  const auto total = count();
  if (total == 0)
    return {};
  const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(total)));
  std::uint64_t seen = 0;
  for (int i = 0; i < bucket_count; ++i) {
    seen += buckets_[static_cast<std::size_t>(i)].load(std::memory_order_relaxed);
    if (seen >= rank)
      return std::chrono::nanoseconds{upper_edge(i)};
  }
  return std::chrono::nanoseconds{upper_edge(bucket_count - 1)};
}

std::uint64_t latency::count_up_to(std::chrono::nanoseconds limit) const noexcept {
  std::uint64_t seen = 0;
  for (int i = 0; i < bucket_count && upper_edge(i) <= static_cast<std::uint64_t>(limit.count()); ++i)
    seen += buckets_[static_cast<std::size_t>(i)].load(std::memory_order_relaxed);
  return seen;
}

} // namespace engine
