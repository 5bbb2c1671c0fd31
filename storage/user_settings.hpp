#pragma once

#include "base/secret.hpp"
#include "messages/records/provider.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace security {
class vault;
}

namespace storage {
class session;
}

/// The table `user_settings`. The theme is the key `preferred_theme`; SOUL and USER are `personality_soul` and
/// `personality_user`; a user's own provider key is `PROVIDER_api_key`, which older rows hold in clear and we encrypt.
namespace storage::user_settings {

[[nodiscard]] std::map<std::string, std::string> all(session& s, const std::string& user_id);
[[nodiscard]] std::optional<std::string> get(session& s, const std::string& user_id, const std::string& key);
void set(session& s, const std::string& user_id, const std::string& key, const std::string& value);
/// Encrypted in place; an empty value removes the row.
void set_secret(session& s, const security::vault& vault, const std::string& user_id, const std::string& key,
                const base::secret& value);

/// The key under which a user's own key for `provider` stands: `anthropic_api_key`.
[[nodiscard]] std::string provider_key_name(std::string_view provider);
/// Where a user is told what happens.
struct push_receiver {
  base::secret pushover_key;
  std::string ntfy_url; ///< of the topic
  base::secret ntfy_token;
};
/// Of every active user who has some: `pushover_user_key`, `ntfy_url`, `ntfy_token`.
[[nodiscard]] std::map<std::string, push_receiver> push_settings(session& s, const security::vault& vault);

/// Every user as runs see him.
[[nodiscard]] records::user_profiles profiles(session& s, const security::vault& vault);

} // namespace storage::user_settings
