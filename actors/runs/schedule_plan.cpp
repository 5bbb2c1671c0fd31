#include "actors/runs/schedule_plan.hpp"

#include "config/time_zones.hpp"
#include "engine/cron.hpp"

#include <algorithm>
#include <chrono>
#include <functional>

#include <date/tz.h>
#include <spdlog/spdlog.h>

namespace actors {

namespace {

using base::timestamp;
using namespace std::chrono_literals;
using outcome = schedule_step::outcome;

constexpr auto grace = 2min;                 ///< later than that counts as missed; longer than a restart takes
constexpr auto look_again = 10s;             ///< while missed times wait for a run to end
constexpr std::size_t most_counted = 10'000; ///< times that are counted one by one: some 20 ms
constexpr std::size_t most_kept = 1'100;     ///< of more than that; missed_runs_max is at most 1,000

struct planner {
  const records::schedule& schedule;
  const std::string& zone_name;
  const date::time_zone& zone;
  timestamp now;
  engine::cron cron;
  schedule_plan out{};
  bool busy = schedule.busy && !schedule.allow_overlap;

  /// When a time is acted on: up to `jitter_s` later, but before the next one; always the same for the same time.
  [[nodiscard]] timestamp acted_on(timestamp due) const {
    if (schedule.jitter_s <= 0)
      return due;
    auto most = std::chrono::seconds{schedule.jitter_s};
    if (const auto following = cron.next(due, zone))
      most = std::min(most, std::chrono::floor<std::chrono::seconds>(*following - due) - 1s);
    // FNV-1a: the same on every machine and in every version.
    std::uint64_t hash = 14'695'981'039'346'656'037U;
    for (const unsigned char c : schedule.id + base::to_iso8601(due))
      hash = (hash ^ c) * 1'099'511'628'211U;
    return due + std::chrono::seconds{hash % static_cast<std::uint64_t>(most.count() + 1)};
  }

  [[nodiscard]] std::string local(timestamp t) const {
    const auto second = std::chrono::floor<std::chrono::seconds>(t);
    auto text = base::to_iso8601(timestamp{second + zone.get_info(second).offset});
    text[10] = ' ';
    return text.substr(0, 16);
  }

  void run(timestamp due, const std::string& more = {}) {
    out.steps.push_back(
      {outcome::run,
       due,
       "Scheduled for " + local(due) + " (" + zone_name + ")." + more + " Do what your instructions say.",
       {}});
    busy = !schedule.allow_overlap;
  }
  void note(outcome what, timestamp first, timestamp last, std::size_t count, bool more, std::string reason) {
    out.steps.push_back({what, last, {}, {first, last, static_cast<std::int64_t>(count), more, std::move(reason)}});
  }
  void run_or_say_overlapped(timestamp due) {
    if (busy)
      note(outcome::overlapped, due, due, 1, false, "An earlier run was not over.");
    else
      run(due);
  }

  void make() {
    auto dues = cron.between(schedule.mark, now, zone, most_counted + 1);
    auto count = dues.size();
    const bool more = count > most_counted;
    const auto first = dues.empty() ? now : dues.front();
    if (more) {
      count = most_counted;
      dues = cron.newest(schedule.mark, now, zone, most_kept);
    }
    while (!dues.empty() && acted_on(dues.back()) > now) { // its delay is not over
      dues.pop_back();
      count -= count > 0 ? 1 : 0;
    }
    const auto on_time = std::ranges::find_if(dues, [&](timestamp due) { return now - acted_on(due) <= grace; });
    const std::vector<timestamp> late(dues.begin(), on_time);
    const std::vector<timestamp> fresh(on_time, dues.end());
    count -= std::min(count, fresh.size());
    const auto after = dues.empty() ? schedule.mark : dues.back();
    if (const auto due = cron.next(after, zone))
      out.next = acted_on(*due);
    if (late.empty()) {
      for (const auto due : fresh)
        run_or_say_overlapped(due);
      return;
    }
    switch (schedule.missed_runs) {
    case records::missed_runs::skip:
      note(outcome::missed, first, late.back(), count, more, "The server could not start it in time.");
      break;
    case records::missed_runs::once:
      if (!fresh.empty())
        note(outcome::missed, first, late.back(), count, more,
             "The server could not start it in time; the next time makes up for it.");
      else if (busy)
        note(outcome::overlapped, first, late.back(), count, more,
             "The server could not start it in time, and then an earlier run was not over.");
      else
        run(late.back(), count == 1 && !more ? " It comes late, as the server was not there."
                                             : " It comes late and makes up for "
                                                 + std::string(more ? "more than " : "") + std::to_string(count)
                                                 + " times since " + local(first) + ", as the server was not there.");
      break;
    case records::missed_runs::all: make_up(first, dues, count + fresh.size(), more); return;
    }
    for (const auto due : fresh)
      run_or_say_overlapped(due);
  }

  void make_up(timestamp first, std::vector<timestamp> dues, std::size_t count, bool more) {
    const auto most = static_cast<std::size_t>(std::max(schedule.missed_runs_max, 1));
    if (dues.size() > most) {
      const auto dropped = dues.size() - most;
      note(outcome::missed, first, dues[dropped - 1], count - most, more,
           "The server could not start it in time; only the last " + std::to_string(most) + " are made up for.");
      dues.erase(dues.begin(), dues.begin() + static_cast<std::ptrdiff_t>(dropped));
    }
    for (const auto due : dues) {
      if (busy) { // the rest of the line waits
        out.next = std::min(out.next.value_or(timestamp::max()), now + look_again);
        return;
      }
      run(due, now - acted_on(due) > grace ? " It comes late, as the server was not there." : "");
    }
  }
};

} // namespace

schedule_plan plan_schedule(const records::schedule& schedule, const std::string& zone_name,
                            const date::time_zone& zone, timestamp now) {
  auto cron = engine::cron::parse(schedule.expression);
  if (!cron)
    return {}; // a row of another program; its page says what is wrong
  planner p{schedule, zone_name, zone, now, std::move(*cron)};
  p.make();
  return std::move(p.out);
}

all_plans plan_schedules(std::vector<records::schedule> schedules, const std::string& system_zone, timestamp now) {
  all_plans out;
  for (auto& one : schedules) {
    auto zone_name = one.time_zone.empty() ? system_zone : one.time_zone;
    const auto* zone = config::find_time_zone(zone_name);
    if (zone == nullptr) { // the machine's tzdata has lost it
      zone_name = "UTC";
      zone = config::find_time_zone(zone_name);
    }
    if (zone == nullptr) {
      spdlog::error("no_time_zones hint=\"install tzdata\"");
      break;
    }
    auto what = plan_schedule(one, zone_name, *zone, now);
    if (what.next)
      out.next = std::min(out.next.value_or(*what.next), *what.next);
    if (!what.steps.empty())
      out.schedules.push_back({std::move(one), std::move(what.steps)});
  }
  return out;
}

} // namespace actors
