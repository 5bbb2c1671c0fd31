#pragma once

#include "messages/records/viewer.hpp"
#include "messages/records/webhook.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace security {
class vault;
}
namespace storage {
class session;
}

/// The table `webhook_endpoints`.
namespace storage::webhook_endpoints {

[[nodiscard]] std::vector<records::webhook_endpoint> list(session& s, const records::viewer& by,
                                                          const records::page& page = {});
[[nodiscard]] std::optional<records::webhook_endpoint> find(session& s, const records::viewer& by,
                                                            const std::string& id);
/// not_found: the agent is not there, or not of the same owner.
void create(session& s, const records::webhook_endpoint& row);
/// Writes name, agent_id, allow_get, enabled, verify, token_header, secrets_enc and the rules. Answers whether the viewer may see it; not_found for the agent as create.
bool update(session& s, const records::viewer& by, const records::webhook_endpoint& row);
bool remove(session& s, const records::viewer& by, const std::string& id);

/// Every endpoint that can fire: it, its agent and its owner's account are enabled, and the agent is there.
[[nodiscard]] std::vector<records::armed_webhook> load_all(session& s, const security::vault& vault);

/// The column `secrets_enc`, and back; secrets that cannot be decrypted are none.
[[nodiscard]] std::string encrypt_secrets(const security::vault& vault, const std::string& endpoint_id,
                                          const std::vector<base::secret>& secrets);
[[nodiscard]] std::vector<base::secret> secrets_of(const security::vault& vault, const records::webhook_endpoint& row);

/// Adds to trigger_count; `counts` are endpoint id and number.
void count_triggers(session& s, const std::vector<std::pair<std::string, std::int64_t>>& counts, base::timestamp now);

} // namespace storage::webhook_endpoints
