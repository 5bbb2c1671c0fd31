#include "storage/webhook_targets.hpp"

#include "security/vault.hpp"
#include "storage/outbox.hpp"
#include "storage/rows.hpp"

namespace storage::webhook_targets {

namespace {

constexpr std::string_view table = "webhook_targets";
using row = records::webhook_target;

} // namespace

std::vector<row> list(session& s, const records::viewer& by, const records::page& page) {
  return select<row>(s, table, R"(
    WHERE ($1 OR owner_user_id = $2)
      AND ($3::text IS NULL OR (COALESCE(created_at, ''), id)
           < (SELECT COALESCE(created_at, ''), id FROM webhook_targets WHERE id = $3))
    ORDER BY COALESCE(created_at, '') DESC, id DESC LIMIT $4)",
                     by.sees_all(), by.user_id, page.before, page.limit);
}

std::optional<row> find(session& s, const records::viewer& by, const std::string& id) {
  return select_one<row>(s, table, "WHERE id = $3 AND ($1 OR owner_user_id = $2)", by.sees_all(), by.user_id, id);
}

void create(session& s, const row& target) { insert(s, table, target); }

bool update(session& s, const records::viewer& by, const row& target) {
  return s.exec(
            "UPDATE webhook_targets SET name = $4, url = $5, secret_header = $6, enabled = $7, signing_secret = $8, "
            "disabled_reason = $9 WHERE id = $3 AND ($1 OR owner_user_id = $2)",
            by.sees_all(), by.user_id, target.id, target.name, target.url, target.secret_header, target.enabled,
            target.signing_secret, target.disabled_reason)
           .affected()
         > 0;
}

bool remove(session& s, const records::viewer& by, const std::string& id) {
  transaction t(s);
  const bool was_there
    = s.exec("DELETE FROM webhook_targets WHERE id = $3 AND ($1 OR owner_user_id = $2)", by.sees_all(), by.user_id, id)
        .affected()
      > 0;
  if (was_there)
    s.exec("DELETE FROM outbox WHERE channel = 'webhook' AND lane = $1", id);
  t.commit();
  return was_there;
}

void disable(session& s, const std::string& id, const std::string& why, base::timestamp now) {
  transaction t(s);
  s.exec("UPDATE webhook_targets SET enabled = FALSE, disabled_reason = $2 WHERE id = $1", id, why);
  outbox::give_up(s, records::outbox_channel::webhook, id, why, now);
  t.commit();
}

std::vector<row> load_all(session& s) { return select<row>(s, table, ""); }

std::string encrypt(const security::vault& vault, std::string_view column, const std::string& target_id,
                    const base::secret& plain) {
  return vault.encrypt(plain, {table, column, target_id});
}

base::secret decrypt(const security::vault& vault, std::string_view column, const std::string& target_id,
                     const std::optional<std::string>& stored) {
  if (!stored || stored->empty())
    return {};
  if (!stored->starts_with("v1."))
    return base::secret(*stored);
  return vault.decrypt(*stored, {table, column, target_id}).value_or(base::secret{});
}

bool any_agent_is_told(session& s) { return !s.exec("SELECT 1 FROM agent_targets LIMIT 1").empty(); }

std::vector<records::agent_target> of_agent(session& s, const std::string& agent_id) {
  return select<records::agent_target>(s, "agent_targets", "WHERE agent_id = $1 ORDER BY target_id", agent_id);
}

void set_of_agent(session& s, const std::string& agent_id, const std::vector<records::agent_target>& targets) {
  transaction t(s);
  s.exec("DELETE FROM agent_targets WHERE agent_id = $1", agent_id);
  for (const auto& target : targets)
    if (s.exec(
           "INSERT INTO agent_targets (agent_id, target_id, tell) SELECT a.id, t.id, $3 FROM agents a, "
           "webhook_targets t WHERE a.id = $1 AND t.id = $2 AND (a.owner_user_id IS NULL OR t.owner_user_id = a.owner_user_id) "
           "ON CONFLICT DO NOTHING",
           agent_id, target.target_id, target.tell)
          .affected()
        == 0)
      throw base::failure_error(base::errc::not_found, "there is no such target of the agent's owner");
  t.commit();
}

} // namespace storage::webhook_targets
