#include "config/time_zones.hpp"
#include "http/routes/all.hpp"
#include "http/routes/user_view.hpp"
#include "http/sign_in.hpp"
#include "storage/schedules.hpp"
#include "storage/session.hpp"
#include "storage/user_settings.hpp"
#include "storage/users.hpp"

#include <algorithm>
#include <array>
#include <map>

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
  std::string personality_soul;
  std::string personality_user;
  std::string system_soul;                ///< what holds where `personality_soul` is empty
  std::string system_user;                ///< what holds where `personality_user` is empty
  std::vector<std::string> provider_keys; ///< providers that the user has a key of his own for
  std::string time_zone;                  ///< of the user's schedules; empty = the system's
  std::string system_time_zone;
};
BOOST_DESCRIBE_STRUCT(me_view, (),
                      (id, username, role, scopes, theme, personality_soul, personality_user, system_soul, system_user,
                       provider_keys, time_zone, system_time_zone))

struct me_body {
  std::optional<base::secret> password;
  std::optional<base::secret> current_password;
  std::optional<routes::theme> theme;
  std::optional<std::string> personality_soul;
  std::optional<std::string> personality_user;
  std::optional<std::map<std::string, std::optional<base::secret>>> provider_keys;
  std::optional<std::string> time_zone;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "password", .help = "a new one; ends all other sessions"},
         {.name = "current_password", .help = "needed with `password`"},
         {.name = "personality_soul", .help = "SOUL: how the agent is; empty = the system's", .max = 65'536},
         {.name = "personality_user", .help = "USER: what it should know of you; empty = the system's", .max = 65'536},
         {.name = "provider_keys", .help = "own keys: anthropic, openai, openrouter; null removes one"},
         {.name = "time_zone", .help = "of your schedules, such as Europe/Berlin; empty = the system's", .max = 64}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(me_body, (),
                      (password, current_password, theme, personality_soul, personality_user, provider_keys, time_zone))

constexpr const char* theme_key = "preferred_theme";
constexpr const char* soul_key = "personality_soul";
constexpr const char* user_key = "personality_user";
constexpr const char* zone_key = "time_zone";
constexpr std::array keyed_providers{"anthropic", "openai", "openrouter"};
constexpr std::size_t longest_key = 1'024; // bytes

void check_provider_keys(const std::map<std::string, std::optional<base::secret>>& keys) {
  base::field_errors errors;
  for (const auto& [provider, key] : keys) {
    if (std::ranges::find(keyed_providers, provider) == keyed_providers.end())
      errors.push_back(
        {"provider_keys." + provider, "is not a provider with keys: there is anthropic, openai, openrouter"});
    else if (key && key->reveal().size() > longest_key)
      errors.push_back({"provider_keys." + provider, "must be at most 1024 bytes"});
  }
  if (!errors.empty())
    throw problem(std::move(errors));
}

/// Times that another zone would put into the past count as done.
void store_time_zone(call& c, const std::string& zone) {
  c.db("user_settings.time_zone", [id = c.by.who.user_id, zone, now = c.now()](storage::session& s) {
    storage::transaction t(s);
    if (storage::user_settings::get(s, id, zone_key).value_or("") != zone) {
      storage::user_settings::set(s, id, zone_key, zone);
      storage::schedules::forget_missed_of(s, id, now);
    }
    t.commit();
  });
  call::check(c.with.engine->triggers_changed());
}

/// What the user's runs go by.
void store_profile(call& c, const me_body& body) {
  if (!body.personality_soul && !body.personality_user && !body.provider_keys)
    return;
  c.db("user_settings.profile", [id = c.by.who.user_id, body, vault = c.with.vault](storage::session& s) {
    storage::transaction t(s);
    if (body.personality_soul)
      storage::user_settings::set(s, id, soul_key, *body.personality_soul);
    if (body.personality_user)
      storage::user_settings::set(s, id, user_key, *body.personality_user);
    if (body.provider_keys)
      for (const auto& [provider, key] : *body.provider_keys)
        storage::user_settings::set_secret(s, *vault, id, storage::user_settings::provider_key_name(provider),
                                           key.value_or(base::secret{}));
    t.commit();
  });
  call::check(c.with.engine->settings_changed());
}

me_view get_me(call& c) {
  me_view out;
  out.id = c.by.who.user_id;
  out.username = c.by.who.username;
  out.role = c.by.who.role;
  for (const auto s : {scope::read, scope::chat, scope::run, scope::engine, scope::metrics, scope::admin}) {
    const bool for_admins = s == scope::engine || s == scope::metrics || s == scope::admin;
    if (c.by.kind == sign_in_kind::key ? c.by.key_scopes.has(s) && (!for_admins || c.by.is_admin())
                                       : !for_admins || c.by.is_admin())
      out.scopes.push_back(s);
  }
  const auto stored
    = c.db("user_settings.all", [id = out.id](storage::session& s) { return storage::user_settings::all(s, id); });
  const auto text = [&](const std::string& key) {
    const auto at = stored.find(key);
    return at == stored.end() ? std::string{} : at->second;
  };
  out.theme = base::enum_value<theme>(text(theme_key)).value_or(theme::system);
  out.personality_soul = text(soul_key);
  out.personality_user = text(user_key);
  const auto system = c.with.settings->get();
  out.system_soul = system->personality_soul.empty() ? std::string(config::built_in_soul) : system->personality_soul;
  out.system_user = system->personality_user;
  out.time_zone = text(zone_key);
  out.system_time_zone = system->time_zone;
  for (const char* provider : keyed_providers)
    if (!text(storage::user_settings::provider_key_name(provider)).empty())
      out.provider_keys.emplace_back(provider);
  return out;
}

me_view patch_me(call& c, const me_body& body) {
  const auto id = c.by.who.user_id;
  if (body.provider_keys)
    check_provider_keys(*body.provider_keys);
  if (body.time_zone && !body.time_zone->empty() && config::find_time_zone(*body.time_zone) == nullptr)
    throw problem::field("time_zone", "is not a time zone; names are like Europe/Berlin or UTC");
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
  if (body.time_zone)
    store_time_zone(c, *body.time_zone);
  store_profile(c, body);
  return get_me(c);
}

} // namespace

void add_me(route_table& t) {
  t.add<me_view>({.method = "GET", .path = "/api/me", .help = "Who is signed in", .any_key = true}, get_me);
  t.add({.method = "PATCH",
         .path = "/api/me",
         .help = "Changes the own password, theme, personality, time zone or provider keys",
         .body_limit = 512 * 1024,
         .rate = {.per_minute = 60, .burst = 30}},
        patch_me);
}

} // namespace http::routes
