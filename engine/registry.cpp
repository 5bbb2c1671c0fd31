#include "engine/registry.hpp"

#include "messages/schema.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>

#include <algorithm>

namespace engine {

namespace {

double to_ms(std::chrono::nanoseconds d) { return std::chrono::duration<double, std::milli>(d).count(); }

quantiles quantiles_of(const latency& values) { return {to_ms(values.quantile(0.50)), to_ms(values.quantile(0.99))}; }

actor_row row_of(const actor_stats& stats, std::chrono::steady_clock::time_point now) {
  actor_row row;
  row.path = stats.path;
  row.kind = stats.kind->name;
  row.state = stats.state.load(std::memory_order_relaxed);
  row.mailbox = std::max<std::int64_t>(0, stats.mailbox.load(std::memory_order_relaxed));
  row.handled = stats.handled.load(std::memory_order_relaxed);
  row.restarts = stats.restarts.load(std::memory_order_relaxed);
  row.age_s = std::chrono::duration<double>(now - stats.started).count();
  row.waiting_ms = quantiles_of(*stats.waiting);
  row.busy_ms = quantiles_of(*stats.busy);
  if (const auto* type = stats.last_message.load(std::memory_order_relaxed))
    row.last_message = messages::name_of(*type);
  row.last_error = stats.last_error();
  return row;
}

} // namespace

void actor_stats::set_last_error(std::string text) {
  const std::scoped_lock lock{error_mutex_};
  last_error_ = std::move(text);
}

std::string actor_stats::last_error() const {
  const std::scoped_lock lock{error_mutex_};
  return last_error_;
}

std::shared_ptr<actor_stats> registry::enter(std::string path, const std::string& kind, lifetime life) {
  auto stats = std::make_shared<actor_stats>();
  stats->path = std::move(path);
  stats->started = std::chrono::steady_clock::now();
  const std::scoped_lock lock{mutex_};
  auto& shared = kinds_[kind];
  if (!shared) {
    shared = std::make_shared<kind_stats>();
    shared->name = kind;
  }
  stats->kind = shared;
  if (life == lifetime::server) {
    stats->waiting = std::make_shared<latency>();
    stats->busy = std::make_shared<latency>();
  } else { // aliases: the kind lives as long as its histograms are used
    stats->waiting = {shared, &shared->waiting};
    stats->busy = {shared, &shared->busy};
  }
  actors_[stats->path].stats = stats;
  return stats;
}

void registry::set_address(const std::string& path, const caf::actor_addr& address) {
  const std::scoped_lock lock{mutex_};
  if (const auto at = actors_.find(path); at != actors_.end())
    at->second.address = caf::actor_cast<caf::weak_actor_ptr>(address);
}

void registry::leave(const actor_stats& stats) {
  const std::scoped_lock lock{mutex_};
  stats.kind->handled_by_ended.fetch_add(stats.handled.load(std::memory_order_relaxed), std::memory_order_relaxed);
  const auto at = actors_.find(stats.path);
  if (at != actors_.end() && at->second.stats.get() == &stats) // a successor may have the path already
    actors_.erase(at);
}

caf::strong_actor_ptr registry::find(const std::string& path) const {
  const std::scoped_lock lock{mutex_};
  const auto at = actors_.find(path);
  return at == actors_.end() ? nullptr : caf::actor_cast<caf::strong_actor_ptr>(at->second.address);
}

std::string registry::none_at(const std::string& path) const {
  constexpr std::size_t most = 2'000; // compared; the tree without its runs is far smaller
  std::vector<std::string> paths;
  {
    const std::scoped_lock lock{mutex_};
    for (const auto& [at, entry] : actors_)
      if (paths.size() < most)
        paths.push_back(at);
  }
  std::ranges::sort(paths);
  const std::vector<std::string_view> known(paths.begin(), paths.end());
  const auto meant = base::nearest(path, known);
  return "there is no actor at " + path + (meant ? "; did you mean " + std::string(*meant) + "?" : "");
}

std::vector<actor_row> registry::rows() const {
  std::vector<std::shared_ptr<actor_stats>> all;
  {
    const std::scoped_lock lock{mutex_};
    all.reserve(actors_.size());
    for (const auto& [path, entry] : actors_)
      all.push_back(entry.stats);
  }
  const auto now = std::chrono::steady_clock::now();
  std::vector<actor_row> rows;
  rows.reserve(all.size());
  for (const auto& stats : all)
    rows.push_back(row_of(*stats, now));
  std::ranges::sort(rows, {}, &actor_row::path);
  return rows;
}

std::vector<registry::kind_totals> registry::kinds() const {
  const std::scoped_lock lock{mutex_};
  std::vector<kind_totals> totals;
  for (const auto& [name, kind] : kinds_) {
    auto& total = totals.emplace_back();
    total.name = name;
    total.handled = kind->handled_by_ended.load(std::memory_order_relaxed);
    total.restarts = kind->restarts.load(std::memory_order_relaxed);
    total.waiting.emplace_back(kind, &kind->waiting);
    for (const auto& [path, entry] : actors_) {
      if (entry.stats->kind != kind)
        continue;
      total.handled += entry.stats->handled.load(std::memory_order_relaxed);
      if (entry.stats->waiting.get() != &kind->waiting)
        total.waiting.push_back(entry.stats->waiting);
    }
  }
  std::ranges::sort(totals, {}, &kind_totals::name);
  return totals;
}

std::size_t registry::size() const {
  const std::scoped_lock lock{mutex_};
  return actors_.size();
}

} // namespace engine
