#include "base/ids.hpp"
#include "http/routes/all.hpp"
#include "http/routes/user_view.hpp"
#include "http/sign_in.hpp"
#include "security/crypto.hpp"
#include "storage/users.hpp"

#include <spdlog/spdlog.h>

/// The first user.
namespace http::routes {
namespace {

struct setup_state {
  bool needed = false;
  bool code_required = false;
};
BOOST_DESCRIBE_STRUCT(setup_state, (), (needed, code_required))

struct setup_body {
  std::string username;
  base::secret password;
  std::optional<base::secret> code;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "username", .help = "[a-z0-9][a-z0-9._-]{0,31}", .required = true},
         {.name = "password", .help = "10 to 1,024 bytes", .required = true}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(setup_body, (), (username, password, code))

setup_state get_setup(call& c) {
  const bool needed = !c.accounts.has_users();
  return {needed, needed && !c.with.setup_code.empty()};
}

signed_in_view post_setup(call& c, const setup_body& body) {
  if (c.accounts.has_users())
    throw problem(409, "The first user is there already; please sign in.");
  if (!c.with.setup_code.empty()
      && !security::constant_time_equal(c.with.setup_code, body.code ? body.code->reveal() : std::string_view{}))
    throw problem::field("code", "is not the one-time code that the server's log shows");
  check_user(body.username, &body.password);
  records::user_record user;
  user.id = base::new_id();
  user.username = body.username;
  user.password_hash = c.accounts.hash(body.password);
  user.role = records::user_role::admin;
  user.created_at = user.updated_at = c.now();
  c.db("users.create_first_admin", [user](storage::session& s) { storage::users::create_first_admin(s, user); });
  c.accounts.user_was_created();
  spdlog::info("http first_user_created user={} address={}", user.username, c.by.address);
  c.accounts.open_session(c, user.id);
  return {user.id, user.username, user.role};
}

} // namespace

void add_setup(route_table& t) {
  t.add<setup_state>(
    {.method = "GET", .path = "/api/setup", .who = access::open, .help = "Whether the first user is still to be made"},
    get_setup);
  t.add({.method = "POST",
         .path = "/api/setup",
         .who = access::open,
         .help = "Makes the first user, an administrator, and signs in",
         .status = 201,
         .body_limit = 16 * 1024,
         .rate = {.per_minute = 30, .burst = 20}},
        post_setup);
}

} // namespace http::routes
