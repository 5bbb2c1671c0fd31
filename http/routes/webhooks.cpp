#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "base/json_filter.hpp"
#include "base/json_template.hpp"
#include "http/routes/all.hpp"
#include "messages/records/webhook_content.hpp"
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
  std::optional<std::string> prompt_template;
  std::optional<std::string> filter;
  int rate_per_minute = 0;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[] = {
      {.name = "name", .required = true, .min = 1, .max = 100},
      {.name = "agent_id", .help = "an agent of yours", .required = true, .min = 1, .max = 100},
      {.name = "verify", .help = "how senders prove themselves"},
      {.name = "token_header", .help = "with verify token: the header that holds the secret", .min = 1, .max = 64},
      {.name = "secret", .help = "a new one, that the sender has too; never read again"},
      {.name = "keep_secret", .help = "with a new secret: the one before holds too, until the next change"},
      {.name = "prompt_template", .help = "what the run is told, with fields such as {{body.action}}", .max = 20'000},
      {.name = "filter", .help = "a delivery counts only when this holds: body.action == \"opened\"", .max = 2000},
      {.name = "rate_per_minute",
       .help = "deliveries that are taken in a minute; 0 is no limit",
       .min = 0,
       .max = 60'000}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(webhook_body, (),
                      (name, agent_id, allow_get, enabled, verify, token_header, secret, keep_secret, prompt_template,
                       filter, rate_per_minute))

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
  std::optional<std::string> prompt_template;
  std::optional<std::string> filter;
  int rate_per_minute = 0;
};
BOOST_DESCRIBE_STRUCT(webhook_view, (),
                      (id, name, token, url, agent_id, owner_user_id, allow_get, enabled, trigger_count,
                       last_triggered_at, created_at, verify, token_header, secrets, prompt_template, filter,
                       rate_per_minute))

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
                   static_cast<int>(storage::webhook_endpoints::secrets_of(*c.with.vault, r).size()),
                   r.prompt_template,
                   r.filter,
                   r.rate_per_minute};
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

/// Why a rule cannot be read, or names a field that no delivery has.
template <class T>
std::optional<std::string> reason_against_rule(const base::parsed<T>& rule, std::string_view text) {
  if (const auto* error = std::get_if<base::syntax_error>(&rule))
    return base::describe(*error, text);
  for (const auto& root : std::get<T>(rule).roots())
    if (root != "body" && root != "headers" && root != "query")
      return "a field begins with body, headers or query, not with " + root;
  return std::nullopt;
}

std::optional<std::string> rule_text(const std::optional<std::string>& text) {
  return text && text->find_first_not_of(" \t\r\n") != std::string::npos ? text : std::nullopt;
}

struct rules {
  std::optional<base::json_template> prompt;
  std::optional<base::json_filter> filter;
};

/// 422 with all that cannot be read.
rules read_rules(const std::optional<std::string>& prompt_template, const std::optional<std::string>& filter) {
  base::field_errors errors;
  rules out;
  if (const auto text = rule_text(prompt_template)) {
    auto rule = base::json_template::parse(*text);
    if (auto reason = reason_against_rule(rule, *text))
      errors.push_back({"prompt_template", std::move(*reason)});
    else
      out.prompt = std::move(std::get<base::json_template>(rule));
  }
  if (const auto text = rule_text(filter)) {
    auto rule = base::json_filter::parse(*text);
    if (auto reason = reason_against_rule(rule, *text))
      errors.push_back({"filter", std::move(*reason)});
    else
      out.filter = std::move(std::get<base::json_filter>(rule));
  }
  if (!errors.empty())
    throw problem(std::move(errors));
  return out;
}

void set_rules(const webhook_body& body, records::webhook_endpoint& row) {
  static_cast<void>(read_rules(body.prompt_template, body.filter));
  row.prompt_template = rule_text(body.prompt_template);
  row.filter = rule_text(body.filter);
  row.rate_per_minute = body.rate_per_minute;
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
  set_rules(body, row);
  prove(c, body, row);
  c.db("webhook_endpoints.create", [row](storage::session& s) { storage::webhook_endpoints::create(s, row); });
  call::check(c.with.engine->triggers_changed());
  return view_of(c, row);
}

webhook_view change(call& c, const patch_of<webhook_body>& patch) {
  auto row = find(c);
  const webhook_body before{
    row.name, row.agent_id.value_or(""), row.allow_get, row.enabled,        row.verify, row.token_header, {},
    false,    row.prompt_template,       row.filter,    row.rate_per_minute};
  const auto body = patch.applied_to(before);
  if (body.agent_id != before.agent_id && owner_of_agent(c, body.agent_id) != row.owner_user_id)
    throw problem::field("agent_id", "is not an agent of the webhook's owner");
  row.name = body.name;
  row.agent_id = body.agent_id;
  row.allow_get = body.allow_get;
  row.enabled = body.enabled;
  set_rules(body, row);
  prove(c, body, row);
  must_be_found(
    c.db("webhook_endpoints.update",
         [by = c.viewer(), row](storage::session& s) { return storage::webhook_endpoints::update(s, by, row); }),
    "webhook");
  call::check(c.with.engine->triggers_changed());
  return view_of(c, row);
}

struct preview_body {
  std::optional<std::string> prompt_template;
  std::optional<std::string> filter;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "prompt_template", .max = 20'000}, {.name = "filter", .max = 2000}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(preview_body, (), (prompt_template, filter))

/// What a delivery that came would have done by other rules.
struct previewed {
  std::string event_id;
  base::timestamp received_at{};
  bool counts = true;  ///< the filter lets it through
  std::string message; ///< what the run would be told; empty: nothing beside the agent's prompt
  std::string input;   ///< what it would get from outside; the first 2,000 bytes
};
BOOST_DESCRIBE_STRUCT(previewed, (), (event_id, received_at, counts, message, input))

std::vector<previewed> preview(call& c, const preview_body& body) {
  constexpr int shown = 5;
  constexpr std::size_t most_bytes = 2000;
  const auto rules = read_rules(body.prompt_template, body.filter);
  std::vector<previewed> out;
  for (const auto& event : c.db("trigger_events.newest", [id = find(c).id](storage::session& s) {
         return storage::trigger_events::newest(s, "webhook", id, shown);
       })) {
    const auto document = records::document_of(event);
    auto& p = out.emplace_back(event.id, event.received_at);
    p.counts = !rules.filter || rules.filter->matches(document);
    if (rules.prompt) {
      auto rendered = rules.prompt->render(document, most_bytes);
      p.message = rendered.text.str();
      p.input = base::cut_utf8(rendered.values.str(), most_bytes);
    }
    if (p.input.empty())
      p.input = base::cut_utf8(event.body.str(), most_bytes);
  }
  return out;
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
  t.add({.method = "POST",
         .path = "/api/webhooks/{id}/preview",
         .key_scopes = readers,
         .help = "What the newest five deliveries would do by this template and filter; changes nothing"},
        preview);
  t.add<nothing>(
    {.method = "DELETE", .path = "/api/webhooks/{id}", .key_scopes = {scope::run}, .help = "Deletes a webhook"},
    remove);
}

} // namespace http::routes
