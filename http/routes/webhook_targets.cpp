#include "storage/webhook_targets.hpp"
#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "http/routes/all.hpp"
#include "security/vault.hpp"
#include "storage/agents.hpp"
#include "storage/outbox.hpp"

#include <algorithm>
#include <span>

/// Webhook targets: where runs and tools send to. And the outbox, from which all goes out.
namespace http::routes {
namespace {

namespace rows = storage::webhook_targets;

struct target_body {
  std::string name;
  std::string url;
  bool enabled = true;
  std::optional<std::string> header_name;
  std::optional<base::secret> header_value;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "name", .required = true, .min = 1, .max = 100},
         {.name = "url",
          .help = "https://…; a public address, or one that system:egress_allow_hosts allows",
          .required = true,
          .min = 1,
          .max = 2000},
         {.name = "header_name", .help = "a header that holds a secret, such as Authorization; null: none", .max = 64},
         {.name = "header_value", .help = "its value; never read again"}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(target_body, (), (name, url, enabled, header_name, header_value))

struct target_view {
  std::string id;
  std::string name;
  std::string url;
  std::optional<std::string> owner_user_id;
  bool enabled = true;
  std::optional<std::string> disabled_reason;
  std::optional<base::timestamp> created_at;
  std::optional<std::string> header_name;
  std::optional<std::string> signing_secret; ///< once: when it was made
};
BOOST_DESCRIBE_STRUCT(target_view, (),
                      (id, name, url, owner_user_id, enabled, disabled_reason, created_at, header_name, signing_secret))

/// What is to go out, or went.
struct delivery_view {
  std::string id;
  records::outbox_channel channel = records::outbox_channel::webhook;
  std::string lane;
  std::optional<std::string> run_id;
  std::string type; ///< `run.finished`, `message`, `test`; empty where it has none
  records::delivery_state state = records::delivery_state::waiting;
  int attempts = 0;
  std::optional<base::timestamp> next_at; ///< of the next try, while it waits
  base::timestamp created_at{};
  std::optional<base::timestamp> ended_at;
  std::optional<int> last_status;
  std::optional<std::string> last_error;
};
BOOST_DESCRIBE_STRUCT(delivery_view, (),
                      (id, channel, lane, run_id, type, state, attempts, next_at, created_at, ended_at, last_status,
                       last_error))

struct delivery_made {
  std::string delivery_id;
};
BOOST_DESCRIBE_STRUCT(delivery_made, (), (delivery_id))

struct new_secret {
  std::string signing_secret;
};
BOOST_DESCRIBE_STRUCT(new_secret, (), (signing_secret))

std::string secret_header_of(const call& c, const records::webhook_target& row) {
  return std::string(rows::decrypt(*c.with.vault, "secret_header", row.id, row.secret_header).reveal());
}

std::optional<std::string> header_name_of(const call& c, const records::webhook_target& row) {
  const auto line = secret_header_of(c, row);
  const auto colon = line.find(':');
  return colon == std::string::npos ? std::nullopt : std::optional(line.substr(0, colon));
}

target_view view_of(const call& c, const records::webhook_target& r) {
  return {r.id, r.name, r.url, r.owner_user_id, r.enabled, r.disabled_reason, r.created_at, header_name_of(c, r), {}};
}

std::vector<delivery_view> views_of(const std::vector<records::outbox_record>& all) {
  std::vector<delivery_view> out;
  for (const auto& r : all) {
    const auto* body = r.body.if_object();
    const auto* type = body == nullptr ? nullptr : body->if_contains("type");
    const bool waits = r.state == records::delivery_state::waiting;
    out.push_back({r.id, r.channel, r.lane, r.run_id,
                   type != nullptr && type->is_string() ? std::string(type->get_string()) : std::string{}, r.state,
                   r.attempts, waits ? std::optional(r.next_at) : std::nullopt, r.created_at, r.ended_at, r.last_status,
                   r.last_error});
  }
  return out;
}

records::webhook_target find(const call& c) {
  return found(c.db("webhook_targets.find",
                    [by = c.viewer(), id = c.parameter()](storage::session& s) { return rows::find(s, by, id); }),
               "target");
}

base::secret make_signing_secret() {
  std::array<std::byte, 32> bytes{};
  base::random_bytes(bytes);
  return base::secret("whsec_" + base::to_base64(bytes));
}

/// Headers that are the request's own, or would change what it is.
bool is_own_header(std::string_view lower_name) {
  static constexpr std::string_view all[]
    = {"host",    "content-length", "content-type", "transfer-encoding", "connection",        "user-agent",       "te",
       "upgrade", "expect",         "trailer",      "webhook-id",        "webhook-timestamp", "webhook-signature"};
  return std::ranges::find(all, lower_name) != std::end(all) || lower_name.starts_with("proxy-");
}

/// 422 with all that cannot be.
void set(const call& c, const target_body& body, records::webhook_target& row) {
  base::field_errors errors;
  if (!body.url.starts_with("https://") && !body.url.starts_with("http://"))
    errors.push_back({"url", "must begin with https:// or http://"});
  const auto name = body.header_name.value_or("");
  const bool has_header = !name.empty();
  std::string lower = name;
  for (auto& ch : lower)
    ch = ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch + ('a' - 'A')) : ch;
  const bool clean = std::ranges::all_of(
    lower, [](char ch) { return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-' || ch == '_'; });
  if (has_header && (!clean || is_own_header(lower)))
    errors.push_back({"header_name", clean ? "is a header of the request itself" : "must be letters, digits, - and _"});
  const auto before = header_name_of(c, row);
  const auto value = body.header_value ? body.header_value->reveal() : std::string_view{};
  if (!has_header && body.header_value && !value.empty())
    errors.push_back({"header_name", "is needed with header_value"});
  if (has_header && value.empty() && before != name)
    errors.push_back({"header_value", "is needed with another header_name"});
  if (std::ranges::any_of(value, [](char ch) { return static_cast<unsigned char>(ch) < 0x20 || ch == 0x7F; })
      || value.size() > 2000)
    errors.push_back({"header_value", "must be one line of at most 2000 bytes"});
  if (!errors.empty())
    throw problem(std::move(errors));
  row.name = body.name;
  row.url = body.url;
  if (body.enabled)
    row.disabled_reason.reset();
  row.enabled = body.enabled;
  if (!has_header)
    row.secret_header.reset();
  else if (!value.empty())
    row.secret_header
      = rows::encrypt(*c.with.vault, "secret_header", row.id, base::secret(name + ": " + std::string(value)));
}

base::secret set_new_secret(const call& c, records::webhook_target& row) {
  auto secret = make_signing_secret();
  row.signing_secret = rows::encrypt(*c.with.vault, "signing_secret", row.id, secret);
  return secret;
}

void store(const call& c, const records::webhook_target& row) {
  must_be_found(
    c.db("webhook_targets.update", [by = c.viewer(), row](storage::session& s) { return rows::update(s, by, row); }),
    "target");
  call::check(c.with.engine->outbox_changed());
}

std::vector<target_view> list(call& c) {
  std::vector<target_view> out;
  for (const auto& row : c.db("webhook_targets.list", [by = c.viewer(), page = c.page()](storage::session& s) {
         return rows::list(s, by, page);
       }))
    out.push_back(view_of(c, row));
  return out;
}

target_view get(call& c) { return view_of(c, find(c)); }

target_view create(call& c, const target_body& body) {
  records::webhook_target row;
  row.id = base::new_id();
  row.owner_user_id = c.by.who.user_id;
  row.created_at = c.now();
  set(c, body, row);
  const auto secret = set_new_secret(c, row);
  c.db("webhook_targets.create", [row](storage::session& s) { rows::create(s, row); });
  call::check(c.with.engine->outbox_changed());
  auto view = view_of(c, row);
  view.signing_secret = secret.reveal();
  return view;
}

target_view change(call& c, const patch_of<target_body>& patch) {
  auto row = find(c);
  const auto body = patch.applied_to(target_body{row.name, row.url, row.enabled, header_name_of(c, row), {}});
  set(c, body, row);
  store(c, row);
  return view_of(c, row);
}

new_secret renew_secret(call& c) {
  auto row = find(c);
  const auto secret = set_new_secret(c, row);
  store(c, row);
  return {std::string(secret.reveal())};
}

nothing remove(call& c) {
  must_be_found(c.db("webhook_targets.remove",
                     [by = c.viewer(), id = c.parameter()](storage::session& s) { return rows::remove(s, by, id); }),
                "target");
  call::check(c.with.engine->outbox_changed());
  return {};
}

delivery_made send_test(call& c) {
  const auto row = find(c);
  if (!row.enabled)
    throw problem(409, "The target is switched off.");
  records::outbox_record out;
  out.id = base::new_id();
  out.lane = row.id;
  out.owner_user_id = row.owner_user_id;
  out.body = boost::json::object{
    {"type", "test"}, {"data", boost::json::object{{"message", "A test from oAI-Web"}, {"target", row.name}}}};
  out.created_at = c.now();
  const auto id = out.id;
  call::check(c.with.engine->deliver(std::move(out)));
  return {id};
}

std::vector<delivery_view> list_deliveries(call& c) {
  return views_of(c.db("outbox.list", [id = find(c).id, page = c.page()](storage::session& s) {
    return storage::outbox::list(s, records::outbox_channel::webhook, id, page);
  }));
}

std::vector<delivery_view> list_dead(call& c) {
  return views_of(c.db("outbox.dead", [by = c.viewer(), page = c.page()](storage::session& s) {
    return storage::outbox::dead(s, by, page);
  }));
}

action_done send_again(call& c) {
  must_be_found(c.db("outbox.send_again",
                     [by = c.viewer(), id = c.parameter(), now = c.now()](storage::session& s) {
                       return storage::outbox::send_again(s, by, id, now);
                     }),
                "delivery that was given up");
  call::check(c.with.engine->outbox_changed());
  return {};
}

// --- what of an agent's runs is told -------------------------------------------------------------------------------

struct told_target {
  std::string target_id;
  records::told_ends tell = records::told_ends::both;
};
BOOST_DESCRIBE_STRUCT(told_target, (), (target_id, tell))

struct told_body {
  std::vector<told_target> targets;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "targets", .help = "each target once", .required = true, .max = 50}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(told_body, (), (targets))

void must_see_agent(const call& c) {
  static_cast<void>(found(c.db("agents.find", [by = c.viewer(), id = c.parameter()](
                                                storage::session& s) { return storage::agents::find(s, by, id); }),
                          "agent"));
}

told_body get_told(call& c) {
  must_see_agent(c);
  told_body out;
  for (auto& row :
       c.db("agent_targets.list", [id = c.parameter()](storage::session& s) { return rows::of_agent(s, id); }))
    out.targets.push_back({std::move(row.target_id), row.tell});
  return out;
}

told_body set_told(call& c, const told_body& body) {
  must_see_agent(c);
  std::vector<records::agent_target> all;
  for (const auto& t : body.targets)
    all.push_back({c.parameter(), t.target_id, t.tell});
  try {
    c.db("agent_targets.set", [id = c.parameter(), all](storage::session& s) { rows::set_of_agent(s, id, all); });
  } catch (const base::failure_error& e) {
    if (e.get().code == base::errc::not_found)
      throw problem::field("targets", e.get().message);
    throw;
  }
  call::check(c.with.engine->outbox_changed());
  return body;
}

} // namespace

void add_webhook_targets(route_table& t) {
  constexpr scopes readers{scope::read, scope::run};
  t.add<std::vector<target_view>>({.method = "GET",
                                   .path = "/api/webhook-targets",
                                   .key_scopes = readers,
                                   .help = "Where runs and tools send to, newest first; an administrator sees all",
                                   .paged = true},
                                  list);
  t.add({.method = "POST",
         .path = "/api/webhook-targets",
         .key_scopes = {scope::run},
         .help = "Makes a target; the answer holds its signing secret, this once",
         .status = 201},
        create);
  t.add<target_view>({.method = "GET", .path = "/api/webhook-targets/{id}", .key_scopes = readers, .help = "A target"},
                     get);
  t.add(
    {.method = "PATCH", .path = "/api/webhook-targets/{id}", .key_scopes = {scope::run}, .help = "Changes a target"},
    change);
  t.add<nothing>({.method = "DELETE",
                  .path = "/api/webhook-targets/{id}",
                  .key_scopes = {scope::run},
                  .help = "Deletes a target, with its deliveries"},
                 remove);
  t.add<delivery_made>({.method = "POST",
                        .path = "/api/webhook-targets/{id}/test",
                        .key_scopes = {scope::run},
                        .help = "Sends a test; its delivery shows what became of it",
                        .status = 202},
                       send_test);
  t.add<new_secret>({.method = "POST",
                     .path = "/api/webhook-targets/{id}/secret",
                     .key_scopes = {scope::run},
                     .help = "A new signing secret in place of the one before; shown this once"},
                    renew_secret);
  t.add<std::vector<delivery_view>>({.method = "GET",
                                     .path = "/api/webhook-targets/{id}/deliveries",
                                     .key_scopes = readers,
                                     .help = "What went to a target or is to go, newest first",
                                     .paged = true},
                                    list_deliveries);
  t.add<std::vector<delivery_view>>({.method = "GET",
                                     .path = "/api/outbox/dead",
                                     .key_scopes = readers,
                                     .help = "Deliveries that were given up, newest first; an administrator sees all",
                                     .paged = true},
                                    list_dead);
  t.add<action_done>({.method = "POST",
                      .path = "/api/outbox/{id}/send",
                      .key_scopes = {scope::run},
                      .help = "Sends a delivery again that was given up"},
                     send_again);
  t.add<told_body>({.method = "GET",
                    .path = "/api/agents/{id}/targets",
                    .key_scopes = readers,
                    .help = "Which targets are told how the agent's runs end"},
                   get_told);
  t.add({.method = "PUT",
         .path = "/api/agents/{id}/targets",
         .key_scopes = {scope::run},
         .help = "Sets which targets are told: success, error or both"},
        set_told);
}

} // namespace http::routes
