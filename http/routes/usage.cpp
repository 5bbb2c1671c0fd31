#include "config/time_zones.hpp"
#include "http/routes/all.hpp"
#include "storage/runs.hpp"
#include "storage/spending.hpp"
#include "storage/users.hpp"

#include <chrono>

/// What a user's chats and agents have used.
namespace http::routes {
namespace {

/// What may be spent and what was: this day and this month by the clock of the system's time zone.
struct own_budget {
  std::optional<double> day_usd; ///< empty: no limit
  std::optional<double> month_usd;
  double spent_day_usd = 0;
  double spent_month_usd = 0;
};
BOOST_DESCRIBE_STRUCT(own_budget, (), (day_usd, month_usd, spent_day_usd, spent_month_usd))

struct own_usage {
  records::usage_totals day;   ///< the last 24 hours
  records::usage_totals month; ///< the last 30 days
  records::usage_totals all;
  own_budget budget;
};
BOOST_DESCRIBE_STRUCT(own_usage, (), (day, month, all, budget))

own_usage get(call& c) {
  return c.db("runs.usage", [user = c.by.who.user_id, now = c.now(),
                             zone = c.with.settings->get()->time_zone](storage::session& s) {
    own_usage out{storage::runs::usage(s, user, now - std::chrono::hours(24)),
                  storage::runs::usage(s, user, now - std::chrono::days(30)),
                  storage::runs::usage(s, user, std::nullopt),
                  {}};
    if (const auto row = storage::users::find(s, user)) {
      out.budget.day_usd = row->budget_day_usd;
      out.budget.month_usd = row->budget_month_usd;
    }
    const auto since = config::day_and_month_of(zone, now);
    const auto spent = storage::spending::spent_by(s, storage::spending::payer::user, user, since.day, since.month);
    out.budget.spent_day_usd = spent.day_usd;
    out.budget.spent_month_usd = spent.month_usd;
    return out;
  });
}

} // namespace

void add_usage(route_table& t) {
  t.add<own_usage>({.method = "GET",
                    .path = "/api/me/usage",
                    .key_scopes = {scope::read},
                    .help = "Tokens and cost of your chats and agents: the last 24 hours, the last 30 days, all"},
                   get);
}

} // namespace http::routes
