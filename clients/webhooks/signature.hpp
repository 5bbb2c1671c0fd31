#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "messages/records/webhook.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How a webhook's sender proves that a delivery is his.
namespace webhooks {

/// How old, or how far ahead, a signed time may be.
inline constexpr std::chrono::minutes replay_window{5};

/// What an endpoint asks of its senders.
struct proof {
  records::webhook_scheme scheme = records::webhook_scheme::none;
  std::vector<base::secret> secrets; ///< any of them will do, so that one can take another's place
  std::string token_header;          ///< scheme token; in small letters
};

/// Why a delivery is not believed, in one sentence; nothing when it is. `header` gives a header of the delivery by its name in
/// small letters, empty where there is none. Secrets are compared in constant time.
[[nodiscard]] std::optional<std::string>
reason_against_delivery(const proof& asked, std::string_view body,
                        const std::function<std::string_view(std::string_view)>& header, base::timestamp now);

/// The value of `webhook-signature` (Standard Webhooks) for what we send ourselves; `secret` is `whsec_` and base64.
[[nodiscard]] std::string standard_signature(const base::secret& secret, std::string_view id, base::timestamp now,
                                             std::string_view body);

} // namespace webhooks
