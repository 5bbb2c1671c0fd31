#include "http/routes/all.hpp"
#include "http/routes/model_view.hpp"
#include "storage/spending.hpp"

#include <algorithm>

/// The models that can be chosen, where they come from, and the tools that they can use.
namespace http::routes {

std::optional<std::string> reason_against_model(const services& with, const std::string& model) {
  const auto known = call::value(with.engine->models());
  if (std::ranges::find(known, model, &models::model_info::id) != known.end())
    return std::nullopt;
  const auto provider = model.substr(0, model.find(':'));
  for (const auto& p : call::value(with.engine->providers()))
    if (p.name == provider && p.models == 0 && provider.size() + 1 < model.size())
      return std::nullopt;
  constexpr std::size_t most_named = 5;
  std::string names;
  std::size_t count = 0;
  const auto of_provider = [&](const auto& m) { return m.provider == provider; };
  const bool provider_known = std::ranges::any_of(known, of_provider);
  for (const auto& m : known) {
    if ((provider_known && !of_provider(m)) || count++ >= most_named)
      continue;
    names.append(names.empty() ? "" : ", ").append(m.id);
  }
  return "is not a model of this server; there is " + names
         + (count > most_named ? " and " + std::to_string(count - most_named) + " more" : "");
}

void check_model(const services& with, const std::string& model, const std::string& field) {
  if (auto reason = reason_against_model(with, model))
    throw problem::field(field, std::move(*reason));
}

namespace {

void list_models(call& c) {
  boost::json::array out;
  const auto chosen = c.with.settings->get()->default_model;
  const auto own = c.db("spending.prices", storage::spending::prices);
  for (const auto& m : call::value(c.with.engine->models())) {
    auto row = base::to_json(m);
    if (m.id == chosen)
      row.as_object()["default"] = true; // a word that no C++ member can have
    row.as_object()["own_price"] = std::ranges::find(own, m.id, &records::model_price::model) != own.end();
    out.push_back(std::move(row));
  }
  detail::write_answer(c, 200, boost::json::value(std::move(out)));
}

std::vector<records::provider_state> list_providers(call& c) { return call::value(c.with.engine->providers()); }

action_done refresh(call& c) {
  c.with.engine->refresh_models();
  return {};
}

std::vector<tool_info> list_tools(call& c) { return c.with.tools; }

} // namespace

void add_models(route_table& t) {
  t.add_raw({.method = "GET",
             .path = "/api/models",
             .key_scopes = {scope::read, scope::chat, scope::run},
             .help = "The models that can be chosen; one is the default"},
            "application/json", list_models);
  t.add<std::vector<records::provider_state>>({.method = "GET",
                                               .path = "/api/models/providers",
                                               .who = access::admin,
                                               .key_scopes = {scope::admin},
                                               .help = "Where the models come from, and how each provider is doing"},
                                              list_providers);
  t.add<action_done>({.method = "POST",
                      .path = "/api/models/refresh",
                      .who = access::admin,
                      .key_scopes = {scope::admin},
                      .help = "Asks every provider for its list now; otherwise that happens hourly",
                      .status = 202,
                      .rate = {.per_minute = 20, .burst = 10}},
                     refresh);
  t.add<std::vector<tool_info>>({.method = "GET",
                                 .path = "/api/tools",
                                 .key_scopes = {scope::read, scope::chat, scope::run},
                                 .help = "The tools that models can use"},
                                list_tools);
}

} // namespace http::routes
