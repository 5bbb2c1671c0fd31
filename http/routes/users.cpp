#include "storage/users.hpp"
#include "base/ids.hpp"
#include "http/routes/all.hpp"
#include "http/routes/user_view.hpp"
#include "http/sign_in.hpp"

/// User management.
namespace http::routes {

void check_user(const std::string& username, const base::secret* password) {
  base::field_errors errors;
  if (!is_user_name(username))
    errors.push_back(
      {"username", "must have 1 to 32 characters of a-z, 0-9, `.`, `_`, `-` and begin with a letter or digit"});
  if (password != nullptr && (password->reveal().size() < 10 || password->reveal().size() > 1'024))
    errors.push_back({"password", "must have 10 to 1,024 bytes"});
  if (!errors.empty())
    throw problem(std::move(errors));
}

namespace {

/// What a user's chats and agents may cost; days and months are the system's.
struct user_budget {
  std::optional<double> day_usd;
  std::optional<double> month_usd;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "day_usd", .help = "USD a day; empty: no limit", .min = 0, .max = 1'000'000},
         {.name = "month_usd", .help = "USD a month; empty: no limit", .min = 0, .max = 1'000'000}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(user_budget, (), (day_usd, month_usd))

struct user_view {
  std::string id;
  std::string username;
  records::user_role role = records::user_role::user;
  bool is_active = true;
  bool has_mfa = false;
  std::optional<std::string> email;
  base::timestamp created_at{};
  base::timestamp updated_at{};
  user_budget budget;
};
BOOST_DESCRIBE_STRUCT(user_view, (), (id, username, role, is_active, has_mfa, email, created_at, updated_at, budget))

struct new_user {
  std::string username;
  base::secret password;
  records::user_role role = records::user_role::user;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "username", .help = "[a-z0-9][a-z0-9._-]{0,31}", .required = true},
         {.name = "password", .help = "10 to 1,024 bytes", .required = true}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(new_user, (), (username, password, role))

struct user_body {
  std::optional<records::user_role> role;
  std::optional<bool> is_active;
  std::optional<base::secret> password;
  std::optional<user_budget> budget; ///< as a whole: a limit that is left out is gone
};
BOOST_DESCRIBE_STRUCT(user_body, (), (role, is_active, password, budget))

user_view view_of(const records::user_record& u) {
  return {u.id,
          u.username,
          u.role,
          u.is_active,
          u.totp_secret && !u.totp_secret->empty(),
          u.email,
          u.created_at,
          u.updated_at,
          {u.budget_day_usd, u.budget_month_usd}};
}

std::vector<user_view> list_users(call& c) {
  std::vector<user_view> out;
  for (const auto& u : c.db("users.list", [](storage::session& s) { return storage::users::list(s); }))
    out.push_back(view_of(u));
  return out;
}

/// A key that could make administrators or set passwords could make itself every other scope.
void needs_session(const call& c, bool wanted, std::string_view what) {
  if (wanted && c.by.kind == sign_in_kind::key)
    throw problem(403, "This needs a session; no API key may " + std::string(what) + '.');
}

user_view create_user(call& c, const new_user& body) {
  needs_session(c, body.role == records::user_role::admin, "make an administrator");
  check_user(body.username, &body.password);
  records::user_record user;
  user.id = base::new_id();
  user.username = body.username;
  user.password_hash = c.accounts.hash(body.password);
  user.role = body.role;
  user.created_at = user.updated_at = c.now();
  c.db("users.create", [user](storage::session& s) { storage::users::create(s, user); });
  call::check(c.with.engine->settings_changed());
  return view_of(user);
}

user_view change_user(call& c, const user_body& body) {
  needs_session(c, body.role || body.password, "change a role or a password");
  records::user_change change;
  change.role = body.role;
  change.is_active = body.is_active;
  if (body.password) {
    check_new_password(*body.password);
    change.password_hash = c.accounts.hash(*body.password);
  }
  if (body.budget) {
    change.budget_day_usd.emplace(body.budget->day_usd);
    change.budget_month_usd.emplace(body.budget->month_usd);
  }
  const auto user = c.db("users.change", [id = c.parameter(), change, now = c.now()](storage::session& s) {
    return storage::users::change(s, id, change, now);
  });
  call::check(c.with.engine->triggers_changed()); // those of a disabled user rest
  call::check(c.with.engine->settings_changed()); // runs under way see the new role, or end
  return view_of(user);
}

} // namespace

void add_users(route_table& t) {
  t.add<std::vector<user_view>>({.method = "GET",
                                 .path = "/api/users",
                                 .who = access::admin,
                                 .key_scopes = {scope::admin},
                                 .help = "All users, newest first"},
                                list_users);
  t.add({.method = "POST",
         .path = "/api/users",
         .who = access::admin,
         .key_scopes = {scope::admin},
         .help = "Makes a user",
         .status = 201,
         .body_limit = 16 * 1024},
        create_user);
  t.add({.method = "PATCH",
         .path = "/api/users/{id}",
         .who = access::admin,
         .key_scopes = {scope::admin},
         .help = "Changes role, password, budget, or whether the account is active; the last administrator stays one",
         .body_limit = 16 * 1024},
        change_user);
}

} // namespace http::routes
