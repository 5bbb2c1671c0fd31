#include "storage/credentials.hpp"
#include "http/routes/all.hpp"
#include "storage/schedules.hpp"

#include <algorithm>
#include <span>

/// Provider keys and `system:*` settings: written here, never read back.
namespace http::routes {
namespace {

constexpr std::string_view paused_key = "system:paused";

struct credential_view {
  std::string key;
  std::optional<std::string> description;
  base::timestamp updated_at{};
  bool enter_again = false;
};
BOOST_DESCRIBE_STRUCT(credential_view, (), (key, description, updated_at, enter_again))

struct credential_body {
  std::string key;
  boost::json::value value;
  std::optional<std::string> description;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[] = {
      {.name = "key", .required = true, .min = 1, .max = 200},
      {.name = "value", .help = "text; for settings also a number, true, false or a list of texts", .required = true},
      {.name = "description", .max = 500}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(credential_body, (), (key, value, description))

/// A value as it is stored.
std::string stored_form(const boost::json::value& v) {
  if (const auto* text = v.if_string())
    return std::string(*text);
  if (const auto* flag = v.if_bool())
    return *flag ? "1" : "0";
  if (v.is_int64() || v.is_uint64())
    return base::to_line(v);
  std::string out;
  const auto* list = v.if_array();
  if (list == nullptr)
    throw problem::field("value", "must be text, a whole number, true, false or a list of texts");
  for (const auto& item : *list) {
    if (!item.is_string())
      throw problem::field("value", "must be a list of texts");
    out.append(out.empty() ? "" : ",").append(item.as_string());
  }
  return out;
}

void check_key(const std::string& key) {
  const bool clean = std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || std::string_view{":_.-"}.find(c) != std::string_view::npos;
  });
  if (!clean)
    throw problem::field("key", "may have letters, digits, `:`, `_`, `.` and `-`");
  if (key == "system:vault")
    throw problem::field("key", "is the vault's own");
  if (key.starts_with("system:") && config::find_setting(key) == nullptr)
    throw problem::field("key", "is not a setting; see GET /api/settings");
}

std::vector<credential_view> list(call& c) {
  std::vector<credential_view> out;
  for (const auto& r : c.db("credentials.list", [vault = c.with.vault](storage::session& s) {
         return storage::credentials::list(s, *vault);
       }))
    out.push_back({r.key, r.description, r.updated_at, r.enter_again});
  return out;
}

/// Times that another zone would put into the past count as done.
void zone_may_change(storage::session& s, const std::string& key, base::timestamp now) {
  if (key == "system:time_zone")
    storage::schedules::forget_missed_of_system_zone(s, now);
}

credential_view put(call& c, const credential_body& body) {
  check_key(body.key);
  const auto value = stored_form(body.value);
  if (const auto reason = config::reason_against(body.key, value))
    throw problem::field("value", *reason);
  if (value.empty() && config::find_setting(body.key) == nullptr)
    throw problem::field("value", "must not be empty");
  if (body.key == "system:telegram_bot_token" && !value.empty())
    if (const auto bot = c.with.engine->check_telegram(base::secret(value)); !bot)
      throw problem::field("value", bot.error().message);
  if (body.key == paused_key) { // the supervisor keeps it, so that it holds at once
    call::check(value == "1" ? c.with.engine->pause() : c.with.engine->resume());
  } else {
    c.db("credentials.put", [vault = c.with.vault, key = body.key, value = base::secret(value),
                             description = body.description, now = c.now()](storage::session& s) {
      storage::credentials::put(s, *vault, key, value, description, now);
      zone_may_change(s, key, now);
    });
  }
  call::check(c.with.engine->settings_changed());
  return {body.key, body.description, c.now(), false};
}

nothing remove(call& c) {
  const auto key = c.parameter();
  if (key == "system:vault")
    throw problem(404, "There is no such credential, or it is not yours.");
  if (key == paused_key)
    call::check(c.with.engine->resume());
  const bool was_there = c.db("credentials.remove", [key, now = c.now()](storage::session& s) {
    zone_may_change(s, key, now);
    return storage::credentials::remove(s, key);
  });
  if (key != paused_key)
    must_be_found(was_there, "credential");
  call::check(c.with.engine->settings_changed());
  return {};
}

} // namespace

void add_credentials(route_table& t) {
  t.add<std::vector<credential_view>>({.method = "GET",
                                       .path = "/api/credentials",
                                       .who = access::admin,
                                       .key_scopes = {scope::admin},
                                       .help = "The keys that have a value; no value is ever shown"},
                                      list);
  t.add({.method = "POST",
         .path = "/api/credentials",
         .who = access::admin,
         .key_scopes = {scope::admin},
         .help = "Sets a provider key or a setting; it holds at once",
         .status = 201,
         .body_limit = 128 * 1024},
        put);
  t.add<nothing>({.method = "DELETE",
                  .path = "/api/credentials/{key}",
                  .who = access::admin,
                  .key_scopes = {scope::admin},
                  .help = "Removes a key; a setting goes back to its default"},
                 remove);
}

} // namespace http::routes
