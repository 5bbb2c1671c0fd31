#include "http/routes/all.hpp"
#include "http/routes/model_view.hpp"

#include <algorithm>

/// The models that can be chosen, and the tools that they can use.
namespace http::routes {

void check_model(const services& with, const std::string& model, const std::string& field) {
  if (std::ranges::any_of(with.models, [&](const auto& m) { return m.id == model; }))
    return;
  std::string names;
  for (const auto& m : with.models)
    names.append(names.empty() ? "" : ", ").append(m.id);
  throw problem::field(field, "is not a model of this server; there is " + names);
}

namespace {

boost::json::array list_models(const services& with) {
  boost::json::array out;
  const auto chosen = with.settings->get()->default_model;
  for (const auto& m : with.models) {
    auto row = base::to_json(m);
    if (m.id == chosen)
      row.as_object()["default"] = true; // a word that no C++ member can have
    out.push_back(std::move(row));
  }
  return out;
}

std::vector<tool_info> list_tools(call& c) { return c.with.tools; }

} // namespace

void add_models(route_table& t) {
  t.add_raw({.method = "GET",
             .path = "/api/models",
             .key_scopes = {scope::read, scope::chat, scope::run},
             .help = "The models that can be chosen; one is the default"},
            "application/json", [](call& c) { detail::write_answer(c, 200, boost::json::value(list_models(c.with))); });
  t.add<std::vector<tool_info>>({.method = "GET",
                                 .path = "/api/tools",
                                 .key_scopes = {scope::read, scope::chat, scope::run},
                                 .help = "The tools that models can use"},
                                list_tools);
}

} // namespace http::routes
