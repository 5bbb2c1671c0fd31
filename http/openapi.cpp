#include "http/openapi.hpp"

#include "base/version.hpp"

#include <memory>

namespace http {
namespace {

namespace json = boost::json;

json::string_view view(std::string_view s) { return {s.data(), s.size()}; }

/// `POST /api/agents/{id}/run` → `post_agents_id_run`
std::string operation_id(const route_info& info) {
  std::string out;
  for (const char c : info.method)
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  auto path = info.path;
  if (path.starts_with("/api"))
    path.remove_prefix(4);
  bool gap = true;
  for (const char c : path) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      if (gap)
        out += '_';
      gap = false;
      out += c;
    } else {
      gap = true;
    }
  }
  return out;
}

std::string tag_of(std::string_view path) {
  if (path.starts_with("/api/"))
    path.remove_prefix(5);
  else
    path.remove_prefix(1);
  return std::string(path.substr(0, path.find('/')));
}

json::object text_parameter(std::string_view name, std::string_view where, std::string_view help, bool required) {
  json::object out{{"name", view(name)}, {"in", view(where)}, {"required", required}, {"schema", {{"type", "string"}}}};
  if (!help.empty())
    out["description"] = view(help);
  return out;
}

json::array parameters_of(const route_info& info) {
  json::array out;
  for (std::size_t at = 0; (at = info.path.find('{', at)) != std::string_view::npos;) {
    const auto end = info.path.find('}', at);
    out.push_back(text_parameter(info.path.substr(at + 1, end - at - 1), "path", {}, true));
    at = end;
  }
  if (info.paged) {
    out.push_back({{"name", "limit"},
                   {"in", "query"},
                   {"required", false},
                   {"schema", {{"type", "integer"}, {"minimum", 1}, {"maximum", 500}, {"default", 50}}}});
    out.push_back(text_parameter("before", "query", "the id of the last row of the page before", false));
  }
  for (const auto& q : info.query)
    out.push_back(text_parameter(q.name, "query", q.help, false));
  return out;
}

json::object problem_answer(std::string_view help) {
  return {{"description", view(help)},
          {"content", {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/problem"}}}}}}}};
}

json::object answers_of(const route& r) {
  json::object success{{"description", view(r.has_answer ? "success" : "done")}};
  if (r.has_answer) {
    json::object content;
    if (!r.answer_schema.empty())
      content["schema"] = r.answer_schema;
    success["content"] = json::object{{r.answer_type, std::move(content)}};
  }
  json::object out{{std::to_string(r.info.status), std::move(success)}};
  if (r.info.who != access::open)
    out["401"] = problem_answer("not signed in");
  if (r.info.who != access::open || r.info.method != "GET")
    out["403"] = problem_answer("not allowed");
  if (r.info.path.find('{') != std::string_view::npos)
    out["404"] = problem_answer("not there, or not yours");
  if (!r.body_schema.empty() || r.info.paged)
    out["422"] = problem_answer("fields that are wrong, all at once");
  out["default"] = problem_answer("any other refusal");
  return out;
}

json::object operation(const route& r) {
  json::object out{{"operationId", operation_id(r.info)},
                   {"summary", view(r.info.help)},
                   {"tags", json::array{json::value(tag_of(r.info.path))}},
                   {"responses", answers_of(r)}};
  if (auto parameters = parameters_of(r.info); !parameters.empty())
    out["parameters"] = std::move(parameters);
  if (!r.body_schema.empty()) {
    const bool needed = r.body_is_patch || r.body_schema.contains("required");
    out["requestBody"] = {{"required", needed}, {"content", {{"application/json", {{"schema", r.body_schema}}}}}};
  }
  if (!r.info.raw_body.empty())
    out["requestBody"] = {{"required", true}, {"content", {{view(r.info.raw_body), json::object{}}}}};
  if (r.info.who == access::open) {
    out["security"] = json::array{};
  } else {
    std::string help = r.info.who == access::admin ? "Administrators only." : "";
    std::string names;
    for (const auto s : {scope::read, scope::chat, scope::run, scope::engine, scope::metrics, scope::admin})
      if (r.info.key_scopes.has(s))
        names.append(names.empty() ? "" : " or ").append(base::enum_name(s));
    const auto keys = r.info.any_key  ? std::string("Any API key.")
                      : names.empty() ? std::string("Needs a session.")
                                      : "API keys with the scope " + names + ".";
    out["description"] = help + (help.empty() ? "" : " ") + keys;
  }
  return out;
}

} // namespace

json::object openapi_document(const std::vector<route>& routes) {
  json::object paths;
  for (const auto& r : routes) {
    auto& at = paths[view(r.info.path)];
    if (!at.is_object())
      at = json::object{};
    std::string method;
    for (const char c : r.info.method)
      method += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    at.as_object()[method] = operation(r);
  }
  json::object problem{{"type", "object"},
                       {"properties",
                        {{"type", {{"type", "string"}}},
                         {"title", {{"type", "string"}}},
                         {"status", {{"type", "integer"}}},
                         {"detail", {{"type", "string"}}},
                         {"errors", {{"type", "array"}, {"items", base::json_schema<base::field_error>()}}}}},
                       {"required", json::array{"type", "title", "status", "detail"}}};
  json::array any_sign_in;
  for (const char* name : {"cookie", "bearer", "api_key"})
    any_sign_in.push_back(json::object{{name, json::array{}}});
  json::object info{
    {"title", "oAI-Web"},
    {"version", view(::oai_web_version())},
    {"description", "A self-hosted AI agent server. Times are ISO 8601 in UTC, ids are UUIDs as text."}};
  json::object schemes{{"cookie", json::object{{"type", "apiKey"}, {"in", "cookie"}, {"name", "aide_user"}}},
                       {"bearer", json::object{{"type", "http"}, {"scheme", "bearer"}}},
                       {"api_key", json::object{{"type", "apiKey"}, {"in", "header"}, {"name", "X-API-Key"}}}};
  json::object components;
  components["securitySchemes"] = std::move(schemes);
  json::object schemas;
  schemas["problem"] = std::move(problem);
  components["schemas"] = std::move(schemas);
  json::object out;
  out["openapi"] = "3.1.0";
  out["info"] = std::move(info);
  json::array servers;
  servers.push_back(json::object{{"url", "/"}});
  out["servers"] = std::move(servers);
  out["security"] = std::move(any_sign_in);
  out["paths"] = std::move(paths);
  out["components"] = std::move(components);
  return out;
}

void add_openapi(route_table& t) {
  const auto text = std::make_shared<std::string>();
  t.add_raw({.method = "GET", .path = "/api/openapi.json", .who = access::open, .help = "This document"},
            "application/json", [text](call& c) {
              c.out.content_type = "application/json";
              c.out.body = *text;
            });
  *text = base::to_line(openapi_document(t.all()));
}

} // namespace http
