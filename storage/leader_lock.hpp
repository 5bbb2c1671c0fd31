#pragma once

#include "base/secret.hpp"
#include "storage/session.hpp"

#include <optional>

namespace storage {

/// One server process leads per database: an advisory lock on a connection of its own. A killed process loses it within
/// 2 s (keep-alives on TCP; at once on a unix socket).
class leader_lock {
public:
  /// Empty: another process leads.
  [[nodiscard]] static std::optional<leader_lock> try_take(const base::secret& aide_conninfo);
  /// Whether the connection, and with it the lock, still stands. Blocks for at most 2 s.
  [[nodiscard]] bool holds();

private:
  explicit leader_lock(session s) : session_(std::move(s)) {}
  session session_;
};

} // namespace storage
