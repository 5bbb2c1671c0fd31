#include "storage/api_keys.hpp"
#include "base/ids.hpp"
#include "http/routes/all.hpp"
#include "security/crypto.hpp"

#include <algorithm>

/// The signed-in user's API keys.
namespace http::routes {
namespace {

constexpr std::size_t most_keys = 100; // a bound against a table that grows for ever

struct key_view {
  std::string id;
  std::string name;
  std::string prefix;
  std::vector<std::string> scopes;
  base::timestamp created_at{};
  std::optional<base::timestamp> expires_at;
  std::optional<base::timestamp> last_used_at;
};
BOOST_DESCRIBE_STRUCT(key_view, (), (id, name, prefix, scopes, created_at, expires_at, last_used_at))

struct new_key_view {
  std::string id;
  std::string name;
  std::string prefix;
  std::vector<scope> scopes;
  base::timestamp created_at{};
  std::optional<base::timestamp> expires_at;
  std::string key; ///< shown here and never again
};
BOOST_DESCRIBE_STRUCT(new_key_view, (), (id, name, prefix, scopes, created_at, expires_at, key))

struct new_key {
  std::string name;
  std::vector<scope> scopes;
  std::optional<base::timestamp> expires_at;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "name", .required = true, .min = 1, .max = 100},
         {.name = "scopes", .help = "what the key may be used for", .required = true, .min = 1, .max = 6}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(new_key, (), (name, scopes, expires_at))

std::vector<key_view> list_keys(call& c) {
  std::vector<key_view> out;
  const auto rows
    = c.db("api_keys.list", [id = c.by.who.user_id](storage::session& s) { return storage::api_keys::list(s, id); });
  for (const auto& k : rows)
    out.push_back({k.id, k.name, k.prefix, k.scopes, k.created_at, k.expires_at, k.last_used_at});
  return out;
}

new_key_view create_key(call& c, const new_key& body) {
  base::field_errors errors;
  if (!c.by.is_admin())
    for (const auto s : body.scopes)
      if (s == scope::engine || s == scope::metrics || s == scope::admin)
        errors.push_back({"scopes", std::string(base::enum_name(s)) + " is for administrators' keys only"});
  if (body.expires_at && *body.expires_at <= c.now())
    errors.push_back({"expires_at", "must lie in the future"});
  if (!errors.empty())
    throw problem(std::move(errors));
  const auto user_id = c.by.who.user_id;
  const auto key = "oai_" + base::random_token(32);
  records::api_key_record row;
  row.id = base::new_id();
  row.user_id = user_id;
  row.name = body.name;
  row.prefix = key.substr(0, 10);
  row.key_hash = security::sha256_hex(key);
  auto wanted = body.scopes;
  std::ranges::sort(wanted);
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (const auto s : wanted)
    row.scopes.emplace_back(base::enum_name(s));
  row.created_at = c.now();
  row.expires_at = body.expires_at;
  c.db("api_keys.create", [row](storage::session& s) {
    if (storage::api_keys::list(s, row.user_id).size() >= most_keys)
      throw base::failure_error(base::errc::conflict, "A user has at most 100 API keys; please revoke one first.");
    storage::api_keys::create(s, row);
  });
  return {row.id, row.name, row.prefix, wanted, row.created_at, row.expires_at, key};
}

nothing revoke_key(call& c) {
  must_be_found(c.db("api_keys.revoke", [user = c.by.who.user_id, id = c.parameter()](
                                          storage::session& s) { return storage::api_keys::revoke(s, user, id); }),
                "API key");
  return {};
}

} // namespace

void add_api_keys(route_table& t) {
  // No key may make or revoke keys: a leaked one could outlive its revocation.
  t.add<std::vector<key_view>>({.method = "GET", .path = "/api/api-keys", .help = "Your API keys, newest first"},
                               list_keys);
  t.add({.method = "POST",
         .path = "/api/api-keys",
         .help = "Makes an API key; the answer holds it, and nothing later does",
         .status = 201},
        create_key);
  t.add<nothing>({.method = "DELETE", .path = "/api/api-keys/{id}", .help = "Revokes an API key"}, revoke_key);
}

} // namespace http::routes
