#include "storage/users.hpp"

#include "storage/rows.hpp"
#include "storage/schedules.hpp"

namespace storage::users {

namespace {

constexpr std::string_view table = "users";
using row = records::user_record;

/// Whoever creates the first user or changes an admin waits for the other: counts stay true until the commit.
constexpr std::string_view one_at_a_time = "LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE";

} // namespace

bool any_exists(session& s) { return !s.exec("SELECT 1 FROM users LIMIT 1").empty(); }

void create_first_admin(session& s, const row& user) {
  transaction t(s);
  s.exec(one_at_a_time);
  if (any_exists(s))
    throw base::failure_error(base::errc::conflict, "there is a user already: sign in instead");
  auto admin = user;
  admin.role = records::user_role::admin;
  admin.is_active = true;
  insert(s, table, admin);
  t.commit();
}

void create(session& s, const row& user) {
  if (!insert(s, table, user, "ON CONFLICT (username) DO NOTHING"))
    throw base::failure_error(base::errc::conflict, "this user name is taken");
}

std::vector<row> list(session& s) { return select<row>(s, table, "ORDER BY created_at DESC, id DESC"); }

std::optional<row> find(session& s, const std::string& id) { return select_one<row>(s, table, "WHERE id = $1", id); }

std::optional<row> find_by_name(session& s, const std::string& username) {
  return select_one<row>(s, table, "WHERE username = $1", username);
}

row change(session& s, const std::string& id, const records::user_change& change, base::timestamp now) {
  transaction t(s);
  s.exec(one_at_a_time);
  const auto changed
    = read_row<row>(s.exec("UPDATE users SET role = COALESCE($2, role), is_active = COALESCE($3, is_active), "
                           "password_hash = COALESCE($4, password_hash), email = COALESCE($5, email), updated_at = $6, "
                           "budget_day_usd = CASE WHEN $7 THEN $8 ELSE budget_day_usd END, "
                           "budget_month_usd = CASE WHEN $9 THEN $10 ELSE budget_month_usd END "
                           "WHERE id = $1 RETURNING "
                             + columns_of<row>(),
                           id, change.role, change.is_active, change.password_hash, change.email, now,
                           change.budget_day_usd.has_value(), change.budget_day_usd.value_or(std::nullopt),
                           change.budget_month_usd.has_value(), change.budget_month_usd.value_or(std::nullopt)));
  if (!changed)
    throw base::failure_error(base::errc::not_found, "there is no such user");
  if (s.exec("SELECT 1 FROM users WHERE role = 'admin' AND is_active LIMIT 1").empty())
    throw base::failure_error(base::errc::conflict, "the last admin can be neither disabled nor demoted");
  if (change.password_hash || change.is_active == false)
    s.exec("DELETE FROM sessions WHERE user_id = $1", id);
  if (change.is_active == true)
    schedules::forget_missed_of(s, id, now);
  t.commit();
  return *changed;
}

} // namespace storage::users
