#include "clients/webhooks/signature.hpp"

#include "base/encoding.hpp"
#include "security/crypto.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace webhooks {

namespace {

using header_of = std::function<std::string_view(std::string_view)>;
using records::webhook_scheme;

constexpr std::string_view standard_prefix = "whsec_";

/// Calls `each` with what stands between the separators, without spaces around it.
template <class F>
void split(std::string_view text, char separator, F each) {
  while (true) {
    const auto end = std::min(text.find(separator), text.size());
    auto part = text.substr(0, end);
    while (part.starts_with(' '))
      part.remove_prefix(1);
    while (part.ends_with(' '))
      part.remove_suffix(1);
    each(part);
    if (end == text.size())
      return;
    text.remove_prefix(end + 1);
  }
}

std::string hex_mac(const base::secret& key, std::string_view what) {
  return base::to_hex(security::hmac_sha256(base::as_bytes(key.reveal()), what));
}

/// One of the secrets fits. All are tried, so that the time does not tell which.
template <class F>
bool any_fits(const std::vector<base::secret>& secrets, F fits) {
  bool out = false;
  for (const auto& secret : secrets)
    out |= fits(secret);
  return out;
}

/// Seconds since 1970, when they are within the window.
std::optional<std::string> reason_against_time(std::string_view seconds, std::string_view where, base::timestamp now) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), value);
  if (error != std::errc{} || end != seconds.data() + seconds.size())
    return std::string(where) + " has no time in seconds.";
  const auto at = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto apart = value > at ? static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(at)
                                : static_cast<std::uint64_t>(at) - static_cast<std::uint64_t>(value);
  if (apart > static_cast<std::uint64_t>(std::chrono::seconds(replay_window).count()))
    return "The delivery was signed more than 5 minutes ago or ahead, by this server's clock.";
  return std::nullopt;
}

std::optional<std::string> github(const proof& asked, std::string_view body, const header_of& header) {
  auto given = header("x-hub-signature-256");
  if (given.empty())
    return "X-Hub-Signature-256 is missing.";
  if (!given.starts_with("sha256="))
    return "X-Hub-Signature-256 must begin with sha256=.";
  given.remove_prefix(7);
  if (!any_fits(asked.secrets, [&](const auto& s) { return security::constant_time_equal(hex_mac(s, body), given); }))
    return "X-Hub-Signature-256 does not fit the body and the secret.";
  return std::nullopt;
}

/// The key behind `whsec_`; a text without it is the key itself.
std::vector<std::byte> standard_key(std::string_view secret) {
  if (secret.starts_with(standard_prefix))
    if (auto key = base::from_base64(secret.substr(standard_prefix.size())))
      return std::move(*key);
  const auto bytes = base::as_bytes(secret);
  return {bytes.begin(), bytes.end()};
}

std::string standard_mac(const base::secret& secret, std::string_view id, std::string_view time, std::string_view body) {
  std::string signed_text;
  signed_text.append(id).append(1, '.').append(time).append(1, '.').append(body);
  return "v1," + base::to_base64(security::hmac_sha256(standard_key(secret.reveal()), signed_text));
}

std::optional<std::string> standard(const proof& asked, std::string_view body, const header_of& header,
                                    base::timestamp now) {
  const auto id = header("webhook-id"), time = header("webhook-timestamp"), given = header("webhook-signature");
  if (id.empty() || time.empty() || given.empty())
    return "webhook-id, webhook-timestamp and webhook-signature are needed.";
  if (auto reason = reason_against_time(time, "webhook-timestamp", now))
    return reason;
  const bool fits = any_fits(asked.secrets, [&](const base::secret& s) {
    const auto mac = standard_mac(s, id, time, body);
    bool found = false;
    split(given, ' ', [&](std::string_view one) { found |= security::constant_time_equal(mac, one); });
    return found;
  });
  if (!fits)
    return "webhook-signature does not fit the body and the secret.";
  return std::nullopt;
}

std::optional<std::string> stripe(const proof& asked, std::string_view body, const header_of& header,
                                  base::timestamp now) {
  const auto given = header("stripe-signature");
  if (given.empty())
    return "Stripe-Signature is missing.";
  std::string_view time;
  split(given, ',', [&](std::string_view part) {
    if (part.starts_with("t="))
      time = part.substr(2);
  });
  if (auto reason = reason_against_time(time, "Stripe-Signature", now))
    return reason;
  std::string signed_text;
  signed_text.append(time).append(1, '.').append(body);
  const bool fits = any_fits(asked.secrets, [&](const base::secret& s) {
    const auto mac = "v1=" + hex_mac(s, signed_text);
    bool found = false;
    split(given, ',', [&](std::string_view part) { found |= security::constant_time_equal(mac, part); });
    return found;
  });
  if (!fits)
    return "Stripe-Signature does not fit the body and the secret.";
  return std::nullopt;
}

std::optional<std::string> token(const proof& asked, const header_of& header) {
  auto given = header(asked.token_header);
  if (given.empty())
    return "The header " + asked.token_header + " is missing.";
  if (given.starts_with("Bearer "))
    given.remove_prefix(7);
  if (!any_fits(asked.secrets, [&](const auto& s) { return security::constant_time_equal(s.reveal(), given); }))
    return "The header " + asked.token_header + " does not hold the secret.";
  return std::nullopt;
}

} // namespace

std::optional<std::string> reason_against_delivery(const proof& asked, std::string_view body, const header_of& header,
                                                   base::timestamp now) {
  switch (asked.scheme) {
  case webhook_scheme::none: return std::nullopt;
  case webhook_scheme::github: return github(asked, body, header);
  case webhook_scheme::standard: return standard(asked, body, header, now);
  case webhook_scheme::stripe: return stripe(asked, body, header, now);
  case webhook_scheme::token: return token(asked, header);
  }
  return "The endpoint's scheme is not known.";
}

std::string standard_signature(const base::secret& secret, std::string_view id, base::timestamp now,
                               std::string_view body) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  return standard_mac(secret, id, std::to_string(seconds), body);
}

} // namespace webhooks
