#pragma once

#include "messages/records/outbox.hpp"
#include "messages/records/viewer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace storage {
class session;
}

/// The table `outbox`. The journal writes rows for the ends of runs; marks are the outbox actor's.
namespace storage::outbox {

/// Writes a waiting row; nothing where its id is there. seq and state are the table's own.
void add(session& s, const records::outbox_record& row);

/// A lane's name among all: channel and lane.
[[nodiscard]] std::string lane_key(records::outbox_channel channel, const std::string& lane);

struct due {
  std::vector<records::outbox_record> rows; ///< in order within each lane
  std::optional<base::timestamp> next_at;   ///< when a lane of those that are not due yet is
};
/// What may go out: the oldest rows (at most `per_lane`) of the lanes whose first row is due, but of those of `without`
/// (keys); of at most `lanes` lanes.
[[nodiscard]] due load_due(session& s, const std::vector<std::string>& without, base::timestamp now, int lanes,
                           int per_lane);

void mark(session& s, const std::vector<records::outbox_mark>& marks);

/// Newest first: what went, or is to go, to one lane.
[[nodiscard]] std::vector<records::outbox_record> list(session& s, records::outbox_channel channel,
                                                       const std::string& lane, const records::page& page = {});
/// Newest first: what was given up, of the viewer's own or all.
[[nodiscard]] std::vector<records::outbox_record> dead(session& s, const records::viewer& by,
                                                       const records::page& page = {});
/// A dead row waits again, as the last of its lane. False: it is not there, not the viewer's, or not dead.
bool send_again(session& s, const records::viewer& by, const std::string& id, base::timestamp now);
/// Gives up what waits in a lane.
void give_up(session& s, records::outbox_channel channel, const std::string& lane, const std::string& why,
             base::timestamp now);
/// Removes what ended before that time; answers how many.
std::int64_t forget(session& s, base::timestamp before);

} // namespace storage::outbox
