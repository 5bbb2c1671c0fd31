#include "actors/runs/run_supervisor.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

/// The part of run_supervisor that ends runs which work for too long.
namespace actors {

namespace {

/// At least how often they are looked at: a run that was taken up again may have less left than those before it.
constexpr std::chrono::minutes look_every{1};
constexpr std::chrono::milliseconds not_sooner{100};

} // namespace

base::timestamp::duration run_supervisor::time_left(const live_run& run) const {
  const auto worked
    = run.worked + (run.works_since ? services_->clock->now() - *run.works_since : base::timestamp::duration{});
  return std::chrono::minutes{settings_.limits.max_run_minutes} - worked;
}

void run_supervisor::begin_work(live_run& run) {
  if (!run.works_since && !paused_->load(std::memory_order_acquire))
    run.works_since = services_->clock->now();
}

void run_supervisor::end_work(live_run& run) {
  if (run.works_since)
    run.worked += services_->clock->now() - *std::exchange(run.works_since, std::nullopt);
}

/// Ends those whose time is over, and comes back when the next one's is. One tick for all of them: a tick each would stay
/// behind when its run has ended, and keep its memory.
void run_supervisor::watch_times() {
  if (watching_times_ || settings_.limits.max_run_minutes <= 0 || live_.empty())
    return;
  auto next = std::chrono::duration_cast<base::timestamp::duration>(look_every);
  for (const auto& [id, run] : live_) {
    if (!run.works_since)
      continue;
    const auto left = time_left(run);
    if (left.count() > 0) {
      next = std::min(next, left);
      continue;
    }
    spdlog::warn("run_time_over run={} minutes={}", id, settings_.limits.max_run_minutes);
    send(run.actor, messages::run_time_over{settings_.limits.max_run_minutes});
  }
  watching_times_ = true;
  delayed_send(this, std::max(std::chrono::ceil<std::chrono::milliseconds>(next), not_sooner),
               messages::look_at_run_times{});
}

} // namespace actors
