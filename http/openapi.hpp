#pragma once

#include "http/route.hpp"

namespace http {

/// The OpenAPI 3.1 document of a route table.
[[nodiscard]] boost::json::object openapi_document(const std::vector<route>& routes);

/// Adds `GET /api/openapi.json`, which describes all routes that the table has then, itself too.
void add_openapi(route_table& t);

} // namespace http
