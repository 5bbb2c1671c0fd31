#pragma once

#include "messages/records/spending.hpp"

#include <optional>
#include <string>
#include <vector>

namespace storage {
class session;
}

/// Prices (`model_prices`), budgets (columns of `users` and `agents`), and what the steps of runs have cost.
namespace storage::spending {

/// All of it; `time_zone` is the system's.
[[nodiscard]] records::spending_rules rules(session& s, const std::string& time_zone);

/// By model.
[[nodiscard]] std::vector<records::model_price> prices(session& s);
void put_price(session& s, const records::model_price& row);
/// Whether there was one.
bool remove_price(session& s, const std::string& model);

/// Whose money it is.
enum class payer { user, agent };

struct spent {
  double day_usd = 0;
  double month_usd = 0;
};
BOOST_DESCRIBE_STRUCT(spent, (), (day_usd, month_usd))

/// What the calls have cost that began since these instants: of all runs of a user; of an agent's runs, and of those that
/// draw on its budget. Calls of unknown price count nothing.
[[nodiscard]] spent spent_by(session& s, payer who, const std::string& id, base::timestamp day, base::timestamp month);

} // namespace storage::spending
