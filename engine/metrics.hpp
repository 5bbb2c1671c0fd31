#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace engine {

/// A counter or gauge. Safe from any thread.
class counter {
public:
  void add(std::int64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  void set(std::int64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::int64_t> value_{0};
};

/// A histogram with fixed upper edges. Safe from any thread.
class histogram {
public:
  explicit histogram(std::vector<double> edges) : edges_(std::move(edges)), counts_(edges_.size() + 1) {}
  void record(double value) noexcept;

  [[nodiscard]] const std::vector<double>& edges() const noexcept { return edges_; }
  /// Values at most edges()[i]; the last one counts all.
  [[nodiscard]] std::uint64_t cumulative(std::size_t i) const noexcept;
  [[nodiscard]] double sum() const noexcept { return sum_.load(std::memory_order_relaxed); }

private:
  std::vector<double> edges_;
  std::vector<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_{0};
};

/// The program's figures by Prometheus name. A name may carry labels: `oai_runs{status="success"}`. Made at start, read
/// by `/metrics`. Safe from any thread; the references stay good.
class metrics {
public:
  /// `type` is Prometheus' word: `counter` or `gauge`.
  counter& get(const std::string& name, const std::string& type = "counter");
  histogram& get_histogram(const std::string& name, std::vector<double> edges);

  /// The text form (Prometheus exposition format 0.0.4).
  [[nodiscard]] std::string text() const;

private:
  struct named_counter {
    std::string type;
    counter value;
  };
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<named_counter>> counters_;
  std::map<std::string, std::unique_ptr<histogram>> histograms_;
};

class registry;

/// The actors' figures in the same form: `oai_actor_messages_total{kind}`, `oai_actor_waiting_seconds{kind}` (histogram),
/// `oai_actor_restarts_total{kind}`.
[[nodiscard]] std::string actor_metrics_text(const registry& actors);

} // namespace engine
