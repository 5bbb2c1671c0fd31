#pragma once

namespace storage {

class session;

/// The two connections that the journal writes with. Each holds a lock of its own.
enum class leading { runs, intake };

/// One server process leads per database: advisory locks, held by the connections that the journal writes with, so that
/// without them nothing is written. A server starts only while both are free: one that has lost a single connection still
/// leads. A killed process loses them at once, a machine that vanished within 2 s (keep-alives).
/// False: another process holds it. The lock goes with the session.
[[nodiscard]] bool try_to_lead(session& s, leading as);
/// Gives the lock back while the session stays.
void stop_leading(session& s, leading as);

} // namespace storage
