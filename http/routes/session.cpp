#include "http/routes/all.hpp"
#include "http/routes/user_view.hpp"
#include "http/sign_in.hpp"

/// Signing in and out.
namespace http::routes {
namespace {

struct login_body {
  std::string username;
  base::secret password;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "username", .required = true}, {.name = "password", .required = true}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(login_body, (), (username, password))

struct logout_body {
  bool everywhere = false;
};
BOOST_DESCRIBE_STRUCT(logout_body, (), (everywhere))

signed_in_view login(call& c, const login_body& body) {
  if (!c.accounts.has_users())
    throw std::move(problem(401, "Nobody can sign in yet: make the first user at /setup.").of_type("setup-required"));
  const auto user = c.accounts.check_password(c, body.username, body.password);
  c.accounts.open_session(c, user.id);
  return {user.id, user.username, user.role};
}

action_done logout(call& c, const logout_body& body) {
  c.accounts.close_session(c, body.everywhere);
  return {};
}

} // namespace

void add_session(route_table& t) {
  t.add({.method = "POST",
         .path = "/api/login",
         .who = access::open,
         .help = "Signs in and sets the cookie",
         .body_limit = 16 * 1024,
         .rate = {.per_minute = 60, .burst = 60}},
        login);
  t.add({.method = "POST",
         .path = "/api/logout",
         .who = access::open,
         .help = "Ends the session, or with `everywhere` all of the user's",
         .body_limit = 1024,
         .any_key = true},
        logout);
}

} // namespace http::routes
