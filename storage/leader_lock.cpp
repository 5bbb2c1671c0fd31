#include "storage/leader_lock.hpp"

namespace storage {

namespace {
constexpr std::int64_t leader = 0x6f61692d6c656164; // "oai-lead"
}

std::optional<leader_lock> leader_lock::try_take(const base::secret& aide_conninfo) {
  session s(aide_conninfo, {.statement_timeout = std::chrono::seconds(2), .application_name = "oai-web leader"});
  // A machine that vanished is noticed within 2 s; a process that died at once.
  s.exec_script("SET tcp_keepalives_idle = 1; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 1");
  const auto answer = s.exec("SELECT pg_try_advisory_lock($1)", leader);
  if (answer.text(0, 0) != "t")
    return std::nullopt;
  return leader_lock(std::move(s));
}

bool leader_lock::holds() {
  try {
    session_.exec("SELECT 1");
    return true;
  } catch (const base::failure_error&) {
    return false;
  }
}

} // namespace storage
