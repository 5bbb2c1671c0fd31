#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "http/routes/all.hpp"
#include "security/vault.hpp"
#include "storage/agents.hpp"
#include "storage/trigger_events.hpp"
#include "storage/webhook_endpoints.hpp"

#include <algorithm>
#include <span>

/// Webhook endpoints: which agent an outside event fires.
namespace http::routes {
namespace {

struct webhook_body {
  std::string name;
  std::string agent_id;
  bool allow_get = false;
  bool enabled = true;
  records::webhook_scheme verify = records::webhook_scheme::none;
  std::optional<std::string> token_header;
  std::optional<base::secret> secret; ///< a new one
  bool keep_secret = false;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "name", .required = true, .min = 1, .max = 100},
         {.name = "agent_id", .help = "an agent of yours", .required = true, .min = 1, .max = 100},
         {.name = "verify", .help = "how senders prove themselves"},
         {.name = "token_header", .help = "with verify token: the header that holds the secret", .min = 1, .max = 64},
         {.name = "secret", .help = "a new one, that the sender has too; never read again"},
         {.name = "keep_secret", .help = "with a new secret: the one before holds too, until the next change"}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(webhook_body, (), (name, agent_id, allow_get, enabled, verify, token_header, secret, keep_secret))

struct webhook_view {
  std::string id;
  std::string name;
  std::optional<std::string> token; ///< for the owner only
  std::optional<std::string> url;   ///< with the token, so for the owner only
  std::optional<std::string> agent_id;
  std::optional<std::string> owner_user_id;
  bool allow_get = false;
  bool enabled = true;
  std::int64_t trigger_count = 0;
  std::optional<base::timestamp> last_triggered_at;
  std::optional<base::timestamp> created_at;
  records::webhook_scheme verify = records::webhook_scheme::none;
  std::optional<std::string> token_header;
  int secrets = 0; ///< how many hold
};
BOOST_DESCRIBE_STRUCT(webhook_view, (),
                      (id, name, token, url, agent_id, owner_user_id, allow_get, enabled, trigger_count,
                       last_triggered_at, created_at, verify, token_header, secrets))

webhook_view view_of(const call& c, const records::webhook_endpoint& r) {
  webhook_view out{r.id,
                   r.name,
                   {},
                   {},
                   r.agent_id,
                   r.owner_user_id,
                   r.allow_get,
                   r.enabled,
                   r.trigger_count,
                   r.last_triggered_at,
                   r.created_at,
                   r.verify,
                   r.token_header,
                   static_cast<int>(storage::webhook_endpoints::secrets_of(*c.with.vault, r).size())};
  const bool may_fire = c.by.kind != sign_in_kind::key || c.by.key_scopes.has(scope::run);
  const bool own = may_fire && (r.owner_user_id ? *r.owner_user_id == c.by.who.user_id : c.by.is_admin());
  if (own) {
    out.token = r.token;
    out.url
      = std::string(c.by.over_tls ? "https://" : "http://") + std::string(c.q.header("Host")) + "/webhook/" + r.token;
  }
  return out;
}

records::webhook_endpoint find(const call& c) {
  return found(c.db("webhook_endpoints.find",
                    [by = c.viewer(), id = c.parameter()](storage::session& s) {
                      return storage::webhook_endpoints::find(s, by, id);
                    }),
               "webhook");
}

/// Endpoint and agent are of one owner; an administrator may also arm the system's agents, for the system.
std::optional<std::string> owner_of_agent(const call& c, const std::string& agent_id) {
  const auto agent = c.db(
    "agents.find", [by = c.viewer(), agent_id](storage::session& s) { return storage::agents::find(s, by, agent_id); });
  if (!agent || (agent->owner_user_id && *agent->owner_user_id != c.by.who.user_id)
      || (!agent->owner_user_id && !c.by.is_admin()))
    throw problem::field("agent_id", "is not an agent of yours");
  return agent->owner_user_id;
}

/// A Standard Webhooks secret may be `whsec_` and the base64 of 24 to 64 bytes.
std::optional<std::string> reason_against_secret(std::string_view secret, bool standard) {
  constexpr std::string_view prefix = "whsec_";
  if (secret.size() < 8 || secret.size() > 512)
    return "must have 8 to 512 bytes";
  if (!standard || !secret.starts_with(prefix))
    return std::nullopt;
  const auto key = base::from_base64(secret.substr(prefix.size()));
  if (!key || key->size() < 24 || key->size() > 64)
    return "must have the base64 of 24 to 64 bytes behind whsec_";
  return std::nullopt;
}

/// How senders prove themselves from now on; 422 where that cannot be.
void prove(const call& c, const webhook_body& body, records::webhook_endpoint& row) {
  using enum records::webhook_scheme;
  base::field_errors errors;
  const bool other = row.verify != body.verify;
  auto secrets = other ? std::vector<base::secret>{} : storage::webhook_endpoints::secrets_of(*c.with.vault, row);
  if (body.secret) {
    if (auto reason = reason_against_secret(body.secret->reveal(), body.verify == standard))
      errors.push_back({"secret", std::move(*reason)});
    secrets.resize(body.keep_secret ? std::min<std::size_t>(secrets.size(), 1) : 0);
    secrets.insert(secrets.begin(), *body.secret);
  }
  if (body.verify == none)
    secrets.clear();
  else if (secrets.empty())
    errors.push_back({"secret", "is needed, so that senders can prove themselves"});
  auto name = body.token_header.value_or("");
  for (auto& ch : name) // names of headers are the same in any case
    ch = ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch + ('a' - 'A')) : ch;
  const bool clean = std::ranges::all_of(
    name, [](char ch) { return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-' || ch == '_'; });
  if (body.verify == token && (name.empty() || !clean))
    errors.push_back({"token_header", "must be a header's name of letters, digits, `-` and `_`"});
  if (!errors.empty())
    throw problem(std::move(errors));
  row.verify = body.verify;
  row.token_header.reset();
  if (body.verify == token)
    row.token_header = std::move(name);
  row.secrets_enc.reset();
  if (!secrets.empty())
    row.secrets_enc = storage::webhook_endpoints::encrypt_secrets(*c.with.vault, row.id, secrets);
}

std::vector<webhook_view> list(call& c) {
  std::vector<webhook_view> out;
  for (const auto& row : c.db("webhook_endpoints.list", [by = c.viewer(), page = c.page()](storage::session& s) {
         return storage::webhook_endpoints::list(s, by, page);
       }))
    out.push_back(view_of(c, row));
  return out;
}

webhook_view get(call& c) { return view_of(c, find(c)); }

webhook_view create(call& c, const webhook_body& body) {
  records::webhook_endpoint row;
  row.id = base::new_id();
  row.name = body.name;
  row.token = base::random_token(32);
  row.agent_id = body.agent_id;
  row.owner_user_id = owner_of_agent(c, body.agent_id);
  row.allow_get = body.allow_get;
  row.enabled = body.enabled;
  row.created_at = c.now();
  prove(c, body, row);
  c.db("webhook_endpoints.create", [row](storage::session& s) { storage::webhook_endpoints::create(s, row); });
  call::check(c.with.engine->triggers_changed());
  return view_of(c, row);
}

webhook_view change(call& c, const patch_of<webhook_body>& patch) {
  auto row = find(c);
  const webhook_body before{
    row.name, row.agent_id.value_or(""), row.allow_get, row.enabled, row.verify, row.token_header, {}, false};
  const auto body = patch.applied_to(before);
  if (body.agent_id != before.agent_id && owner_of_agent(c, body.agent_id) != row.owner_user_id)
    throw problem::field("agent_id", "is not an agent of the webhook's owner");
  row.name = body.name;
  row.agent_id = body.agent_id;
  row.allow_get = body.allow_get;
  row.enabled = body.enabled;
  prove(c, body, row);
  must_be_found(
    c.db("webhook_endpoints.update",
         [by = c.viewer(), row](storage::session& s) { return storage::webhook_endpoints::update(s, by, row); }),
    "webhook");
  call::check(c.with.engine->triggers_changed());
  return view_of(c, row);
}

std::vector<storage::trigger_events::seen> list_deliveries(call& c) {
  return c.db("trigger_events.list", [id = find(c).id, page = c.page()](storage::session& s) {
    return storage::trigger_events::list(s, "webhook", id, page);
  });
}

nothing remove(call& c) {
  must_be_found(c.db("webhook_endpoints.remove",
                     [by = c.viewer(), id = c.parameter()](storage::session& s) {
                       return storage::webhook_endpoints::remove(s, by, id);
                     }),
                "webhook");
  call::check(c.with.engine->triggers_changed());
  return {};
}

} // namespace

void add_webhooks(route_table& t) {
  constexpr scopes readers{scope::read, scope::run};
  t.add<std::vector<webhook_view>>(
    {.method = "GET",
     .path = "/api/webhooks",
     .key_scopes = readers,
     .help = "Your webhooks, newest first; an administrator sees all, but no other's token",
     .paged = true},
    list);
  t.add({.method = "POST",
         .path = "/api/webhooks",
         .key_scopes = {scope::run},
         .help = "Makes a webhook for an agent",
         .status = 201},
        create);
  t.add<webhook_view>({.method = "GET", .path = "/api/webhooks/{id}", .key_scopes = readers, .help = "A webhook"}, get);
  t.add({.method = "PATCH", .path = "/api/webhooks/{id}", .key_scopes = {scope::run}, .help = "Changes a webhook"},
        change);
  t.add<std::vector<storage::trigger_events::seen>>(
    {.method = "GET",
     .path = "/api/webhooks/{id}/deliveries",
     .key_scopes = readers,
     .help = "What came to a webhook and what became of it, newest first; a run is repeated by its own rerun",
     .paged = true},
    list_deliveries);
  t.add<nothing>(
    {.method = "DELETE", .path = "/api/webhooks/{id}", .key_scopes = {scope::run}, .help = "Deletes a webhook"},
    remove);
}

} // namespace http::routes
