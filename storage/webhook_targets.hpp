#pragma once

#include "messages/records/outbox.hpp"
#include "messages/records/viewer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace security {
class vault;
}
namespace storage {
class session;
}

/// The tables `webhook_targets` and `agent_targets`.
namespace storage::webhook_targets {

[[nodiscard]] std::vector<records::webhook_target> list(session& s, const records::viewer& by,
                                                        const records::page& page = {});
[[nodiscard]] std::optional<records::webhook_target> find(session& s, const records::viewer& by, const std::string& id);
void create(session& s, const records::webhook_target& row);
/// Writes name, url, secret_header, enabled, signing_secret, disabled_reason; what waits for it goes on waiting while it is
/// off. Answers whether the viewer may see it.
bool update(session& s, const records::viewer& by, const records::webhook_target& row);
/// With what was and is to be delivered to it.
bool remove(session& s, const records::viewer& by, const std::string& id);
/// Off, because its receiver said so. What waits for it is given up.
void disable(session& s, const std::string& id, const std::string& why, base::timestamp now);
/// Every target, whoever owns it.
[[nodiscard]] std::vector<records::webhook_target> load_all(session& s);

/// Columns in the vault, and back; a secret_header of an older program stands in clear. Empty where it cannot be
/// decrypted.
[[nodiscard]] std::string encrypt(const security::vault& vault, std::string_view column, const std::string& target_id,
                                  const base::secret& plain);
[[nodiscard]] base::secret decrypt(const security::vault& vault, std::string_view column, const std::string& target_id,
                                   const std::optional<std::string>& stored);

/// Whether the end of any agent's runs is told to a target.
[[nodiscard]] bool any_agent_is_told(session& s);
[[nodiscard]] std::vector<records::agent_target> of_agent(session& s, const std::string& agent_id);
/// Replaces all of an agent. not_found: a target that is not there or not of the agent's
/// owner; a system agent may tell any.
void set_of_agent(session& s, const std::string& agent_id, const std::vector<records::agent_target>& targets);

} // namespace storage::webhook_targets
