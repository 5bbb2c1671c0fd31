#include "storage/leader_lock.hpp"

#include "storage/session.hpp"

namespace storage {

namespace {
constexpr std::int64_t runs_lock = 0x6f61692d6c656164;   // "oai-lead"
constexpr std::int64_t intake_lock = 0x6f61692d696e746b; // "oai-intk"

constexpr std::int64_t lock_of(leading as) { return as == leading::runs ? runs_lock : intake_lock; }
} // namespace

bool try_to_lead(session& s, leading as) {
  s.exec_script("SET tcp_keepalives_idle = 1; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 1");
  return s.exec("SELECT pg_try_advisory_lock($1)", lock_of(as)).text(0, 0) == "t";
}

void stop_leading(session& s, leading as) { s.exec("SELECT pg_advisory_unlock($1)", lock_of(as)); }

} // namespace storage
