#include "actors/outbound/webhook_channel.hpp"

#include "base/version.hpp"
#include "clients/webhooks/signature.hpp"
#include "security/vault.hpp"
#include "storage/webhook_targets.hpp"

namespace actors {

webhook_channel::targets webhook_channel::load(storage::session& s, const security::vault& vault) {
  namespace rows = storage::webhook_targets;
  targets out;
  for (const auto& row : rows::load_all(s)) {
    auto& t = out[row.id];
    t.url = row.url;
    t.enabled = row.enabled;
    t.signing_secret = rows::decrypt(vault, "signing_secret", row.id, row.signing_secret);
    const auto header = rows::decrypt(vault, "secret_header", row.id, row.secret_header);
    const std::string_view line = header.reveal();
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
      continue;
    const auto value = line.find_first_not_of(' ', colon + 1);
    t.header_name = line.substr(0, colon);
    t.header_value = base::secret(std::string(line.substr(std::min(value, line.size()))));
  }
  return out;
}

std::variant<net::request, verdict> webhook_channel::request_for(const records::outbox_record& row, bool) {
  const auto at = targets_.find(row.lane);
  if (at == targets_.end())
    return verdict{verdict::kind::dead, "The target was deleted."};
  const auto& t = at->second;
  if (!t.enabled)
    return verdict{verdict::kind::dead, "The target is switched off."};
  const auto now = clock_->now();
  const auto* body = row.body.if_object();
  const auto part = [&](std::string_view name) {
    const auto* found = body == nullptr ? nullptr : body->if_contains(name);
    return found == nullptr ? boost::json::value(nullptr) : *found;
  };
  net::request out;
  out.method = "POST";
  out.url = t.url;
  out.body = base::to_line(boost::json::object{
    {"type", part("type")}, {"timestamp", base::to_iso8601(row.created_at)}, {"data", part("data")}});
  out.bounds = {.connect = std::chrono::seconds{10},
                .first_byte = std::chrono::seconds{20},
                .idle = std::chrono::seconds{10},
                .total = std::chrono::seconds{30},
                .bytes = 64 * 1024,
                .redirects = 0};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  out.headers = {{"Content-Type", "application/json"},
                 {"User-Agent", "oAI-Web/" + std::string(oai_web_version())},
                 {"webhook-id", row.id},
                 {"webhook-timestamp", std::to_string(seconds)}};
  if (!t.signing_secret.empty())
    out.headers.push_back({"webhook-signature", webhooks::standard_signature(t.signing_secret, row.id, now, out.body)});
  if (!t.header_name.empty())
    out.credentials.push_back({t.header_name, {}, t.header_value});
  return out;
}

verdict webhook_channel::read(const records::outbox_record&, const net::response& answer) {
  auto v = usual_verdict(answer, clock_->now());
  if (v.what == verdict::kind::close)
    v.why = "It answered 410: the receiver wants no more deliveries.";
  return v;
}

std::vector<std::string> webhook_channel::closed_lanes() const {
  std::vector<std::string> out;
  for (const auto& [id, t] : targets_)
    if (!t.enabled)
      out.push_back(id);
  return out;
}

void webhook_channel::close_lane(storage::session& s, const std::string& lane, const std::string& why,
                                 base::timestamp now) const {
  storage::webhook_targets::disable(s, lane, why, now);
}

} // namespace actors
