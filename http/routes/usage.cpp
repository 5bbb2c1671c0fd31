#include "http/routes/all.hpp"
#include "storage/runs.hpp"

#include <chrono>

/// What a user's chats and agents have used.
namespace http::routes {
namespace {

struct own_usage {
  records::usage_totals day;   ///< the last 24 hours
  records::usage_totals month; ///< the last 30 days
  records::usage_totals all;
};
BOOST_DESCRIBE_STRUCT(own_usage, (), (day, month, all))

own_usage get(call& c) {
  return c.db("runs.usage", [user = c.by.who.user_id, now = c.now()](storage::session& s) {
    return own_usage{storage::runs::usage(s, user, now - std::chrono::hours(24)),
                     storage::runs::usage(s, user, now - std::chrono::days(30)),
                     storage::runs::usage(s, user, std::nullopt)};
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
