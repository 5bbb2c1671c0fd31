#pragma once

#include "clients/models/provider_error.hpp"
#include "messages/models.hpp"

#include <optional>

namespace actors {

/// The failures that a script ordered of a provider.
class ordered_failures {
public:
  void order(const messages::fail_calls& m) { left_ = m; }
  void clear() { left_.times = 0; }

  /// How the next call fails; empty when it does not.
  [[nodiscard]] std::optional<models::provider_error> take() {
    if (left_.times <= 0)
      return std::nullopt;
    --left_.times;
    models::provider_error e;
    e.status = left_.status;
    e.type = "ordered";
    e.message = "A script made this call fail with HTTP status " + std::to_string(e.status) + '.';
    e.retryable = models::is_retryable(e.status);
    return e;
  }

private:
  messages::fail_calls left_{.times = 0};
};

} // namespace actors
