#include "storage/leader_lock.hpp"

#include "storage/session.hpp"

namespace storage {

namespace {
constexpr std::int64_t leader = 0x6f61692d6c656164; // "oai-lead"
}

bool try_to_lead(session& s) {
  s.exec_script("SET tcp_keepalives_idle = 1; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 1");
  return s.exec("SELECT pg_try_advisory_lock($1)", leader).text(0, 0) == "t";
}

} // namespace storage
