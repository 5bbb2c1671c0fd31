#include "storage/spending.hpp"

#include "storage/rows.hpp"

#include <algorithm>

namespace storage::spending {

namespace {

struct budget_row {
  std::string id;
  std::string name;
  std::optional<double> day_usd;
  std::optional<double> month_usd;
};
BOOST_DESCRIBE_STRUCT(budget_row, (), (id, name, day_usd, month_usd))

std::map<std::string, records::budget> budgets(session& s, const std::string& name, const std::string& table) {
  std::map<std::string, records::budget> out;
  for (auto& row : read_rows<budget_row>(
         s.exec("SELECT id, " + name + " AS name, budget_day_usd AS day_usd, budget_month_usd AS month_usd FROM "
                + table + " WHERE budget_day_usd IS NOT NULL OR budget_month_usd IS NOT NULL")))
    out.emplace(row.id, records::budget{row.name, row.day_usd, row.month_usd});
  return out;
}

} // namespace

records::spending_rules rules(session& s, const std::string& time_zone) {
  records::spending_rules out;
  for (const auto& p : prices(s))
    out.prices.emplace(p.model,
                       models::model_pricing{p.prompt_usd, p.completion_usd, p.cache_read_usd, p.cache_write_usd, {}});
  out.users = budgets(s, "username", "users");
  out.agents = budgets(s, "name", "agents");
  out.time_zone = time_zone;
  return out;
}

std::vector<records::model_price> prices(session& s) {
  return select<records::model_price>(s, "model_prices", "ORDER BY model");
}

void put_price(session& s, const records::model_price& row) {
  s.exec("INSERT INTO model_prices (model, prompt_usd, completion_usd, cache_read_usd, cache_write_usd, updated_at) "
         "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (model) DO UPDATE SET prompt_usd = excluded.prompt_usd, "
         "completion_usd = excluded.completion_usd, cache_read_usd = excluded.cache_read_usd, "
         "cache_write_usd = excluded.cache_write_usd, updated_at = excluded.updated_at",
         row.model, row.prompt_usd, row.completion_usd, row.cache_read_usd, row.cache_write_usd, row.updated_at);
}

bool remove_price(session& s, const std::string& model) {
  return !s.exec("DELETE FROM model_prices WHERE model = $1 RETURNING 1", model).empty();
}

spent spent_by(session& s, payer who, const std::string& id, base::timestamp day, base::timestamp month) {
  const std::string of = who == payer::user
                           ? "r.owner_user_id = $1"
                           : "(r.agent_id = $1 OR r.definition -> 'budgets_above' @> to_jsonb($1::text))";
  const auto first = std::min(day, month);
  return read_row<spent>(s.exec("SELECT COALESCE(sum(s.cost_usd) FILTER (WHERE s.started_at >= $2), 0) AS day_usd, "
                                "COALESCE(sum(s.cost_usd) FILTER (WHERE s.started_at >= $3), 0) AS month_usd "
                                "FROM run_steps s JOIN runs r ON r.id = s.run_id "
                                "WHERE s.cost_usd > 0 AND s.started_at >= $4 AND "
                                  + of,
                                id, day, month, first))
    .value_or(spent{});
}

} // namespace storage::spending
