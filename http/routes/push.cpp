#include "http/routes/all.hpp"
#include "security/vault.hpp"
#include "storage/session.hpp"
#include "storage/user_settings.hpp"

#include <algorithm>
#include <span>

/// Where the caller is told what happens: his own Pushover and ntfy.
namespace http::routes {
namespace {

constexpr const char* pushover_key = "pushover_user_key";
constexpr const char* ntfy_url = "ntfy_url";
constexpr const char* ntfy_token = "ntfy_token";

struct push_body {
  std::optional<base::secret> pushover_user_key;
  std::optional<std::string> ntfy_url;
  std::optional<base::secret> ntfy_token;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "pushover_user_key", .help = "of your Pushover account; empty removes it"},
         {.name = "ntfy_url",
          .help = "of your topic, such as https://ntfy.sh/a-secret-name; empty removes it",
          .max = 500},
         {.name = "ntfy_token", .help = "where the topic needs one; empty removes it"}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(push_body, (), (pushover_user_key, ntfy_url, ntfy_token))

struct push_view {
  bool pushover = false;       ///< the user has a key
  bool pushover_ready = false; ///< and the server a token
  std::string ntfy_url;
  bool ntfy_has_token = false;
};
BOOST_DESCRIBE_STRUCT(push_view, (), (pushover, pushover_ready, ntfy_url, ntfy_has_token))

push_view get(call& c) {
  const auto all = c.db("user_settings.all",
                        [id = c.by.who.user_id](storage::session& s) { return storage::user_settings::all(s, id); });
  const auto text = [&](const char* key) {
    const auto at = all.find(key);
    return at == all.end() ? std::string{} : at->second;
  };
  return {!text(pushover_key).empty(), !c.with.settings->get()->pushover_app_token.empty(), text(ntfy_url),
          !text(ntfy_token).empty()};
}

std::optional<std::string> reason_against_topic(const std::string& url) {
  if (url.empty())
    return std::nullopt;
  const auto scheme = url.starts_with("https://") ? 8U : url.starts_with("http://") ? 7U : 0U;
  const auto slash = url.find('/', scheme);
  if (scheme == 0 || slash == std::string::npos || slash == scheme || url.find_last_of('/') + 1 == url.size()
      || url.find_first_of("?# ") != std::string::npos)
    return "must be the address of a topic, such as https://ntfy.sh/a-secret-name";
  return std::nullopt;
}

push_view set(call& c, const push_body& body) {
  constexpr std::size_t longest = 1024;
  base::field_errors errors;
  if (body.ntfy_url)
    if (auto reason = reason_against_topic(*body.ntfy_url))
      errors.push_back({"ntfy_url", std::move(*reason)});
  for (const auto& [name, value] :
       {std::pair{"pushover_user_key", &body.pushover_user_key}, std::pair{"ntfy_token", &body.ntfy_token}})
    if (*value && ((*value)->reveal().size() > longest || std::ranges::any_of((*value)->reveal(), [](char ch) {
                     return ch <= ' ' || ch == 0x7F;
                   })))
      errors.push_back({name, "must be one word of at most 1024 bytes"});
  if (!errors.empty())
    throw problem(std::move(errors));
  c.db("user_settings.push", [id = c.by.who.user_id, body, vault = c.with.vault](storage::session& s) {
    storage::transaction t(s);
    if (body.pushover_user_key)
      storage::user_settings::set_secret(s, *vault, id, pushover_key, *body.pushover_user_key);
    if (body.ntfy_url)
      storage::user_settings::set(s, id, ntfy_url, *body.ntfy_url);
    if (body.ntfy_token)
      storage::user_settings::set_secret(s, *vault, id, ntfy_token, *body.ntfy_token);
    t.commit();
  });
  call::check(c.with.engine->outbox_changed());
  return get(c);
}

action_done test(call& c) {
  const auto now = get(c);
  if (now.ntfy_url.empty() && !(now.pushover && now.pushover_ready))
    throw problem(409, now.pushover ? "The server has no Pushover token yet: an administrator sets it."
                                    : "There is no push service yet: set one first.");
  c.with.engine->notify(c.by.who.user_id, "oAI-Web", "A test: this is how you are told what happens.");
  return {};
}

} // namespace

void add_push(route_table& t) {
  t.add<push_view>({.method = "GET", .path = "/api/me/push", .help = "Where you are told what happens"}, get);
  t.add({.method = "PATCH", .path = "/api/me/push", .help = "Sets your Pushover key and your ntfy topic"}, set);
  t.add<action_done>({.method = "POST", .path = "/api/me/push/test", .help = "Sends you a test", .status = 202}, test);
}

} // namespace http::routes
