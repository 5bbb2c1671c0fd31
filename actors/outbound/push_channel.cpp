#include "actors/outbound/push_channel.hpp"

#include "base/encoding.hpp"
#include "storage/user_settings.hpp"

namespace actors {

namespace {

constexpr std::string_view pushover = "pushover/";
constexpr std::string_view ntfy = "ntfy/";
constexpr std::size_t most_title_bytes = 240; ///< Pushover takes 250 characters
constexpr std::size_t most_text_bytes = 1000; ///< and 1,024

std::string text_of(const records::outbox_record& row, std::string_view name, std::size_t most) {
  const auto* body = row.body.if_object();
  const auto* value = body == nullptr ? nullptr : body->if_contains(name);
  return value == nullptr || !value->is_string() ? std::string{}
                                                 : std::string(base::cut_utf8(value->get_string(), most));
}

} // namespace

push_channel::receivers push_channel::load(storage::session& s, const security::vault& vault) {
  receivers out;
  for (auto& [user_id, settings] : storage::user_settings::push_settings(s, vault)) {
    auto& u = out.users[user_id];
    u.pushover_key = std::move(settings.pushover_key);
    u.ntfy_url = std::move(settings.ntfy_url);
    u.ntfy_token = std::move(settings.ntfy_token);
  }
  return out;
}

std::variant<net::request, verdict> push_channel::request_for(const records::outbox_record& row, bool) {
  const auto slash = row.lane.find('/');
  const auto at = receivers_.users.find(row.lane.substr(slash + 1));
  if (at == receivers_.users.end())
    return verdict{verdict::kind::dead, "The user has no push service any more."};
  const auto& u = at->second;
  net::request out;
  out.method = "POST";
  out.bounds = {.connect = std::chrono::seconds{10},
                .first_byte = std::chrono::seconds{20},
                .idle = std::chrono::seconds{10},
                .total = std::chrono::seconds{30},
                .bytes = 64 * 1024,
                .redirects = 0};
  const auto title = text_of(row, "title", most_title_bytes);
  const auto text = text_of(row, "text", most_text_bytes);
  if (row.lane.starts_with(pushover)) {
    if (u.pushover_key.empty() || receivers_.pushover_app_token.empty())
      return verdict{verdict::kind::dead, "Pushover needs system:pushover_app_token and the user's key."};
    out.trust = net::trust::provider;
    out.url = receivers_.pushover_url + "/1/messages.json";
    out.headers = {{"Content-Type", "application/json"}};
    out.body = base::to_line(boost::json::object{{"token", receivers_.pushover_app_token.reveal()},
                                                 {"user", u.pushover_key.reveal()},
                                                 {"title", title},
                                                 {"message", text}});
    return out;
  }
  if (u.ntfy_url.empty())
    return verdict{verdict::kind::dead, "The user has no ntfy topic any more."};
  // The JSON form is sent to the server, with the topic in it: a title may then be any text.
  const auto last = u.ntfy_url.find_last_of('/');
  out.url = u.ntfy_url.substr(0, last + 1);
  out.headers = {{"Content-Type", "application/json"}};
  if (!u.ntfy_token.empty())
    out.credentials.push_back({"Authorization", "Bearer ", u.ntfy_token});
  out.body
    = base::to_line(boost::json::object{{"topic", u.ntfy_url.substr(last + 1)}, {"title", title}, {"message", text}});
  return out;
}

verdict push_channel::read(const records::outbox_record& row, const net::response& answer) {
  auto v = usual_verdict(answer, clock_->now());
  if (v.what == verdict::kind::close)
    v.what = verdict::kind::dead;
  // Pushover's 4xx but 429 mean that the same request will fail again.
  const auto status = answer.head.status;
  if (v.what == verdict::kind::again && row.lane.starts_with(pushover) && status >= 400 && status < 500
      && status != 429)
    v.what = verdict::kind::dead;
  return v;
}

std::vector<std::string> push_channel::lanes_of_user(const std::string& user_id) const {
  std::vector<std::string> out;
  const auto at = receivers_.users.find(user_id);
  if (at == receivers_.users.end())
    return out;
  if (!at->second.pushover_key.empty() && !receivers_.pushover_app_token.empty())
    out.push_back(std::string(pushover) + user_id);
  if (!at->second.ntfy_url.empty())
    out.push_back(std::string(ntfy) + user_id);
  return out;
}

} // namespace actors
