#pragma once

#include "messages/records/schedule.hpp"
#include "messages/records/viewer.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace storage {
class session;
}

/// Everything that starts by the clock: agents and scheduled tasks, with the marks that the ledger of trigger events holds.
namespace storage::schedules {

/// All that are armed: switched on, with a schedule, of a user who is active or of the system. Times after `now` do not
/// count as done: a clock that was ahead may have left some.
[[nodiscard]] std::vector<records::schedule> load(session& s, base::timestamp now);

/// Time zones that users have set, by user id.
[[nodiscard]] std::map<std::string, std::string> time_zones(session& s);

/// What this user's schedules had to do up to now is not asked for any more: his zone changed, or he is active again.
void forget_missed_of(session& s, const std::string& user_id, base::timestamp now);
/// The same for all that go by the system's time zone.
void forget_missed_of_system_zone(session& s, base::timestamp now);

/// The times of a schedule at which nothing was started, newest first; whether the viewer may see it is checked before.
[[nodiscard]] std::vector<records::not_run> list_not_run(session& s, const std::string& source_id,
                                                         const records::page& page = {});

} // namespace storage::schedules
