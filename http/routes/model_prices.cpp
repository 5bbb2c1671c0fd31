#include "http/routes/all.hpp"
#include "http/routes/model_view.hpp"
#include "storage/spending.hpp"

/// What models cost by the administrators' word, where the providers' is missing or wrong.
namespace http::routes {
namespace {

struct price_body {
  std::string model;
  std::optional<double> prompt_usd;
  std::optional<double> completion_usd;
  std::optional<double> cache_read_usd;
  std::optional<double> cache_write_usd;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "model", .help = "`provider:model`", .required = true, .min = 1, .max = 200},
         {.name = "prompt_usd", .help = "USD for a million tokens of the prompt", .min = 0, .max = 1'000'000},
         {.name = "completion_usd", .help = "USD for a million tokens of the answer", .min = 0, .max = 1'000'000},
         {.name = "cache_read_usd",
          .help = "of a token that the provider had in its cache; empty: as prompt_usd",
          .min = 0,
          .max = 1'000'000},
         {.name = "cache_write_usd",
          .help = "of a token that was put there; empty: as prompt_usd",
          .min = 0,
          .max = 1'000'000}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(price_body, (), (model, prompt_usd, completion_usd, cache_read_usd, cache_write_usd))

std::vector<records::model_price> list(call& c) { return c.db("spending.prices", storage::spending::prices); }

action_done put(call& c, const price_body& body) {
  if (body.prompt_usd.has_value() != body.completion_usd.has_value())
    throw problem::field(body.prompt_usd ? "completion_usd" : "prompt_usd",
                         "is needed too: a price is of the prompt and of the answer");
  if (!body.prompt_usd && (body.cache_read_usd || body.cache_write_usd))
    throw problem::field("prompt_usd", "is needed where the cache has a price");
  if (!body.prompt_usd) {
    c.db("spending.remove_price",
         [model = body.model](storage::session& s) { return storage::spending::remove_price(s, model); });
  } else {
    check_model(c.with, body.model, "model");
    const records::model_price row{body.model,          *body.prompt_usd,     *body.completion_usd,
                                   body.cache_read_usd, body.cache_write_usd, c.now()};
    c.db("spending.put_price", [row](storage::session& s) { storage::spending::put_price(s, row); });
  }
  call::check(c.with.engine->settings_changed());
  return {};
}

} // namespace

void add_model_prices(route_table& t) {
  t.add<std::vector<records::model_price>>({.method = "GET",
                                            .path = "/api/model-prices",
                                            .who = access::admin,
                                            .key_scopes = {scope::admin},
                                            .help = "The prices that administrators have entered"},
                                           list);
  t.add({.method = "POST",
         .path = "/api/model-prices",
         .who = access::admin,
         .key_scopes = {scope::admin},
         .help
         = "Sets what a model costs, at once; without prompt_usd and completion_usd its provider's price counts again"},
        put);
}

} // namespace http::routes
