#pragma once

#include "http/call.hpp"

#include <optional>
#include <string>

namespace http::routes {

/// Why no such model can be chosen; empty when it can. A provider whose list could not be fetched yet is believed.
[[nodiscard]] std::optional<std::string> reason_against_model(const services& with, const std::string& model);

/// 422 when no such model is offered.
void check_model(const services& with, const std::string& model, const std::string& field);

} // namespace http::routes
