#pragma once

#include "config/runtime_settings.hpp"

namespace security {
class vault;
}

namespace storage {

class session;

/// The `system:*` settings as they are stored now, the others at their defaults. The session secret is always there: when
/// it is not stored, or cannot be decrypted, it is derived from the vault.
[[nodiscard]] config::runtime_settings load_runtime_settings(session& s, const security::vault& vault);

} // namespace storage
