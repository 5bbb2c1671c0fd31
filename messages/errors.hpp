#pragma once

#include "base/errc.hpp"

#include <caf/error.hpp>

/// Errors between actors: base::errc and its sentence inside a caf::error.
namespace messages {

[[nodiscard]] caf::error to_error(const base::failure& f);

/// Any caf::error as a failure; CAF's own (time-outs, ended receivers) become the errc that says the same.
[[nodiscard]] base::failure to_failure(const caf::error& e);

} // namespace messages
