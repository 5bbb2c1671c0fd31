#pragma once

#include "base/clock.hpp"
#include "messages/records/schedule.hpp"

#include <optional>
#include <string>
#include <vector>

namespace date {
class time_zone;
}

namespace actors {

/// One thing to write: a run, or a note that there is none.
struct schedule_step {
  enum class outcome { run, missed, overlapped };
  outcome what = outcome::run;
  base::timestamp due{};         ///< the event's key; the schedule has come so far with it
  std::string message;           ///< of a run: what the model is told of the time
  records::schedule_note note{}; ///< of the others
};

struct schedule_plan {
  std::vector<schedule_step> steps;    ///< in order: each moves the schedule's mark
  std::optional<base::timestamp> next; ///< when there is something to do again; empty: never
};

/// What a schedule has to do now. It depends on the schedule, its mark and the present only: whoever asks again, after a
/// crash or a step of the clock, is told the same.
///
/// A time that is more than two minutes late counts as missed. Missed times become a note (`skip`), one run (`once`), or
/// a run each, the newest `missed_runs_max` of them (`all`), one after the other unless they may overlap; meanwhile new
/// times wait in the same line. A time that comes while a run goes on becomes a note, unless it may overlap.
[[nodiscard]] schedule_plan plan_schedule(const records::schedule& schedule, const std::string& zone_name,
                                          const date::time_zone& zone, base::timestamp now);

/// A schedule that has something to do.
struct planned_schedule {
  records::schedule schedule;
  std::vector<schedule_step> steps;
};

struct all_plans {
  std::vector<planned_schedule> schedules; ///< those with steps
  std::optional<base::timestamp> next;     ///< the earliest of all
};

/// plan_schedule for each, in its owner's zone, else in `system_zone`. May take some 20 ms for each that was away for
/// long: called on a database thread, never on one that actors share.
[[nodiscard]] all_plans plan_schedules(std::vector<records::schedule> schedules, const std::string& system_zone,
                                       base::timestamp now);

} // namespace actors
