#pragma once

#include "http/call.hpp"

#include <string>

namespace http::routes {

/// 422 when no such model is offered.
void check_model(const services& with, const std::string& model, const std::string& field);

} // namespace http::routes
