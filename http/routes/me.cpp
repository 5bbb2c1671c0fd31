#include "http/routes/all.hpp"
#include "http/routes/user_view.hpp"
#include "http/sign_in.hpp"
#include "storage/user_settings.hpp"
#include "storage/users.hpp"

/// The signed-in user's own account.
namespace http::routes {
namespace {

enum class theme { light, dark, system };
BOOST_DESCRIBE_ENUM(theme, light, dark, system)

struct me_view {
  std::string id;
  std::string username;
  records::user_role role = records::user_role::user;
  std::vector<scope> scopes;
  routes::theme theme = routes::theme::system;
};
BOOST_DESCRIBE_STRUCT(me_view, (), (id, username, role, scopes, theme))

struct me_body {
  std::optional<base::secret> password;
  std::optional<base::secret> current_password;
  std::optional<routes::theme> theme;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[] = {{.name = "password", .help = "a new one; ends all other sessions"},
                                               {.name = "current_password", .help = "needed with `password`"}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(me_body, (), (password, current_password, theme))

constexpr const char* theme_key = "preferred_theme";

me_view get_me(call& c) {
  me_view out{c.by.who.user_id, c.by.who.username, c.by.who.role, {}, theme::system};
  for (const auto s : {scope::read, scope::chat, scope::run, scope::engine, scope::metrics, scope::admin}) {
    const bool for_admins = s == scope::engine || s == scope::metrics || s == scope::admin;
    if (c.by.kind == sign_in_kind::key ? c.by.key_scopes.has(s) && (!for_admins || c.by.is_admin())
                                       : !for_admins || c.by.is_admin())
      out.scopes.push_back(s);
  }
  const auto stored = c.db(
    "user_settings.get", [id = out.id](storage::session& s) { return storage::user_settings::get(s, id, theme_key); });
  if (stored)
    out.theme = base::enum_value<theme>(*stored).value_or(theme::system);
  return out;
}

me_view patch_me(call& c, const me_body& body) {
  const auto id = c.by.who.user_id;
  if (body.password) {
    check_new_password(*body.password);
    const auto user
      = found(c.db("users.find", [id](storage::session& s) { return storage::users::find(s, id); }), "user");
    if (!body.current_password || !c.accounts.verify(user.password_hash, *body.current_password))
      throw problem::field("current_password", "is not the present password");
    records::user_change change;
    change.password_hash = c.accounts.hash(*body.password);
    c.db("users.change",
         [id, change, now = c.now()](storage::session& s) { return storage::users::change(s, id, change, now); });
    c.accounts.open_session(c, id); // the change ended this one too
  }
  if (body.theme)
    c.db("user_settings.set", [id, name = std::string(base::enum_name(*body.theme))](storage::session& s) {
      storage::user_settings::set(s, id, theme_key, name);
    });
  return get_me(c);
}

} // namespace

void add_me(route_table& t) {
  t.add<me_view>({.method = "GET", .path = "/api/me", .help = "Who is signed in", .any_key = true}, get_me);
  t.add({.method = "PATCH",
         .path = "/api/me",
         .help = "Changes the own password or theme",
         .body_limit = 16 * 1024,
         .rate = {.per_minute = 60, .burst = 30}},
        patch_me);
}

} // namespace http::routes
