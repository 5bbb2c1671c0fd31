#pragma once

#include "config/runtime_settings.hpp"
#include "messages/records/provider.hpp"

#include <vector>

namespace security {
class vault;
}

namespace storage {

class session;

/// The providers that are set up: those of the settings that somebody has a key for or that were moved to another address,
/// and every model server that an administrator added. Without any, nothing is asked of the outside.
[[nodiscard]] std::vector<records::provider_settings> load_providers(session& s, const security::vault& vault,
                                                                     const config::runtime_settings& settings,
                                                                     const records::user_profiles& profiles);

} // namespace storage
