#include "http/routes/all.hpp"
#include "storage/model_endpoints.hpp"

#include <algorithm>
#include <span>

/// Model servers of the house: anything that speaks OpenAI's Chat Completions.
namespace http::routes {
namespace {

struct endpoint_view {
  std::string name;
  std::string base_url;
  bool has_key = false;
  base::timestamp created_at{};
};
BOOST_DESCRIBE_STRUCT(endpoint_view, (), (name, base_url, has_key, created_at))

struct endpoint_body {
  std::string name;
  std::string base_url;
  std::optional<base::secret> api_key;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "name", .help = "stands before the colon of its models: `ollama` gives `ollama:llama3`",
          .required = true, .min = 1, .max = 32},
         {.name = "base_url", .help = "up to and with /v1: `http://127.0.0.1:11434/v1`", .required = true, .min = 1,
          .max = 2'000},
         {.name = "api_key", .help = "where the server wants one", .max = 1'024}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(endpoint_body, (), (name, base_url, api_key))

endpoint_view view_of(const records::model_endpoint& row) {
  return {row.name, row.base_url, row.api_key_enc.has_value(), row.created_at};
}

void check(const endpoint_body& body) {
  base::field_errors errors;
  const bool clean = std::ranges::all_of(
    body.name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; });
  if (!clean)
    errors.push_back({"name", "may have small letters, digits, `-` and `_`"});
  for (const auto* taken : {"demo", "anthropic", "openai", "openrouter"})
    if (body.name == taken)
      errors.push_back({"name", "is the name of a provider that is built in"});
  if (const auto reason = config::reason_against("system:openai_base_url", body.base_url))
    errors.push_back({"base_url", *reason});
  if (!errors.empty())
    throw problem(std::move(errors));
}

std::vector<endpoint_view> list(call& c) {
  std::vector<endpoint_view> out;
  for (const auto& row : c.db("model_endpoints.list", storage::model_endpoints::list))
    out.push_back(view_of(row));
  return out;
}

endpoint_view create(call& c, const endpoint_body& body) {
  check(body);
  records::model_endpoint row{body.name, body.base_url, std::nullopt, c.now()};
  c.db("model_endpoints.create",
       [row, key = body.api_key.value_or(base::secret{}), vault = c.with.vault](storage::session& s) {
         storage::model_endpoints::create(s, *vault, row, key);
       });
  call::check(c.with.engine->settings_changed());
  auto out = view_of(row);
  out.has_key = body.api_key && !body.api_key->empty();
  return out;
}

nothing remove(call& c) {
  must_be_found(c.db("model_endpoints.remove",
                     [name = c.parameter()](storage::session& s) { return storage::model_endpoints::remove(s, name); }),
                "model server");
  call::check(c.with.engine->settings_changed());
  return {};
}

} // namespace

void add_model_endpoints(route_table& t) {
  constexpr scopes admins{scope::admin};
  t.add<std::vector<endpoint_view>>({.method = "GET",
                                     .path = "/api/model-endpoints",
                                     .who = access::admin,
                                     .key_scopes = admins,
                                     .help = "Model servers that speak OpenAI's Chat Completions"},
                                    list);
  t.add({.method = "POST",
         .path = "/api/model-endpoints",
         .who = access::admin,
         .key_scopes = admins,
         .help = "Adds a model server; its models are listed at once",
         .status = 201},
        create);
  t.add<nothing>({.method = "DELETE",
                  .path = "/api/model-endpoints/{name}",
                  .who = access::admin,
                  .key_scopes = admins,
                  .help = "Removes a model server; runs with its models fail from then on"},
                 remove);
}

} // namespace http::routes
