#include "storage/webhook_endpoints.hpp"

#include "security/vault.hpp"
#include "storage/binary_array.hpp"
#include "storage/rows.hpp"

namespace storage::webhook_endpoints {

namespace {

constexpr std::string_view table = "webhook_endpoints";
using row = records::webhook_endpoint;

/// A trigger may name only an agent of the same owner.
constexpr std::string_view agent_fits = "EXISTS (SELECT FROM agents a WHERE a.id = $1 AND a.deleted_at IS NULL AND "
                                        "a.owner_user_id IS NOT DISTINCT FROM $2)";

} // namespace

std::vector<row> list(session& s, const records::viewer& by, const records::page& page) {
  return select<row>(s, table, R"(
    WHERE ($1 OR owner_user_id = $2)
      AND ($3::text IS NULL OR (COALESCE(created_at, ''), id)
           < (SELECT COALESCE(created_at, ''), id FROM webhook_endpoints WHERE id = $3))
    ORDER BY COALESCE(created_at, '') DESC, id DESC LIMIT $4)",
                     by.sees_all(), by.user_id, page.before, page.limit);
}

std::optional<row> find(session& s, const records::viewer& by, const std::string& id) {
  return select_one<row>(s, table, "WHERE id = $3 AND ($1 OR owner_user_id = $2)", by.sees_all(), by.user_id, id);
}

void create(session& s, const row& endpoint) {
  transaction t(s);
  if (s.exec("SELECT 1 WHERE " + std::string(agent_fits), endpoint.agent_id, endpoint.owner_user_id).empty())
    throw base::failure_error(base::errc::not_found, "there is no such agent of this owner");
  insert(s, table, endpoint);
  t.commit();
}

bool update(session& s, const records::viewer& by, const row& endpoint) {
  transaction t(s);
  const auto before = find(s, by, endpoint.id);
  if (!before)
    return false;
  if (s.exec("SELECT 1 WHERE " + std::string(agent_fits), endpoint.agent_id, before->owner_user_id).empty())
    throw base::failure_error(base::errc::not_found, "there is no such agent of this owner");
  s.exec("UPDATE webhook_endpoints SET name = $4, agent_id = $5, allow_get = $6, enabled = $7, verify = $8, "
         "token_header = $9, "
         "secrets_enc = $10, prompt_template = $11, filter = $12, rate_per_minute = $13 "
         "WHERE id = $3 AND ($1 OR owner_user_id = $2)",
         by.sees_all(), by.user_id, endpoint.id, endpoint.name, endpoint.agent_id, endpoint.allow_get, endpoint.enabled,
         endpoint.verify, endpoint.token_header, endpoint.secrets_enc, endpoint.prompt_template, endpoint.filter,
         endpoint.rate_per_minute);
  t.commit();
  return true;
}

bool remove(session& s, const records::viewer& by, const std::string& id) {
  return s.exec("DELETE FROM webhook_endpoints WHERE id = $3 AND ($1 OR owner_user_id = $2)", by.sees_all(), by.user_id,
                id)
           .affected()
         > 0;
}

std::vector<records::armed_webhook> load_all(session& s, const security::vault& vault) {
  const auto endpoints = read_rows<row>(s.exec("SELECT " + columns_of<row>("w") + R"(
    FROM webhook_endpoints w JOIN agents a ON a.id = w.agent_id LEFT JOIN users u ON u.id = w.owner_user_id
    WHERE COALESCE(w.enabled, TRUE) AND COALESCE(a.enabled, TRUE) AND a.deleted_at IS NULL
      AND a.owner_user_id IS NOT DISTINCT FROM w.owner_user_id
      AND (w.owner_user_id IS NULL OR u.is_active)
    ORDER BY w.id)"));
  std::vector<records::armed_webhook> out;
  out.reserve(endpoints.size());
  std::map<std::string, records::agent_record> agents;
  for (auto& agent : select<records::agent_record>(
         s, "agents", "WHERE deleted_at IS NULL AND id IN (SELECT agent_id FROM webhook_endpoints)"))
    agents.emplace(agent.id, std::move(agent));
  for (const auto& endpoint : endpoints)
    if (const auto agent = agents.find(*endpoint.agent_id); agent != agents.end())
      out.push_back({endpoint, agent->second, secrets_of(vault, endpoint)});
  return out;
}

std::string encrypt_secrets(const security::vault& vault, const std::string& endpoint_id,
                            const std::vector<base::secret>& secrets) {
  boost::json::array list;
  for (const auto& secret : secrets)
    list.emplace_back(secret.reveal());
  return vault.encrypt(base::secret(boost::json::serialize(list)), {table, "secrets_enc", endpoint_id});
}

std::vector<base::secret> secrets_of(const security::vault& vault, const row& endpoint) {
  std::vector<base::secret> out;
  if (!endpoint.secrets_enc)
    return out;
  const auto plain = vault.decrypt(*endpoint.secrets_enc, {table, "secrets_enc", endpoint.id});
  std::string error;
  const auto list = plain ? base::parse_json(plain->reveal(), error) : std::nullopt;
  if (list && list->is_array())
    for (const auto& item : list->get_array())
      if (item.is_string())
        out.emplace_back(std::string(item.get_string()));
  return out;
}

void count_triggers(session& s, const std::vector<std::pair<std::string, std::int64_t>>& counts, base::timestamp now) {
  binary_array ids(binary_array::text);
  binary_array numbers(binary_array::bigint);
  for (const auto& [id, number] : counts) {
    ids.add(id);
    numbers.add(number);
  }
  std::vector<parameter> values{ids.take(), numbers.take(), to_parameter(now)};
  s.exec_with("UPDATE webhook_endpoints w SET last_triggered_at = $3, "
              "trigger_count = LEAST(COALESCE(w.trigger_count, 0) + i.number, 2147483647) "
              "FROM unnest($1::text[], $2::int8[]) AS i(id, number) WHERE w.id = i.id",
              std::move(values));
}

} // namespace storage::webhook_endpoints
