#pragma once

namespace storage {

class session;

/// One server process leads per database: an advisory lock, held by the connection that the journal writes with, so that
/// without it nothing is written. A killed process loses it at once, a machine that vanished within 2 s (keep-alives).
/// False: another process leads. The lock goes with the session.
[[nodiscard]] bool try_to_lead(session& s);

} // namespace storage
