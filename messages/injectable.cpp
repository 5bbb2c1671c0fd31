#include "messages/injectable.hpp"

#include "messages/guardian.hpp"
#include "messages/models.hpp"
#include "messages/runs.hpp"
#include "messages/schema.hpp"
#include "messages/webhooks.hpp"

#include <caf/make_message.hpp>

#include <array>

namespace messages {

namespace {

using maker = std::optional<caf::message> (*)(boost::json::value, const injecting_user&, base::field_errors&);

constexpr const char* is_set = "is set by the server, from who runs the script; leave it out";

/// Takes a member out of the body that is not for scripts; an error where it is given.
void refuse_member(boost::json::value& body, std::string_view name, const char* why, base::field_errors& errors) {
  auto* object = body.if_object();
  if (object != nullptr && object->erase(name) > 0)
    errors.push_back({"body." + std::string(name), why});
}

template <class T>
std::optional<caf::message> make(boost::json::value body, const injecting_user& by, base::field_errors& errors) {
  const auto before = errors.size();
  constexpr bool has_user = requires(T m) { m.user_id; };
  constexpr bool has_autonomous = requires(T m) { m.autonomous; };
  if constexpr (has_user)
    refuse_member(body, "user_id", is_set, errors);
  if constexpr (has_autonomous)
    refuse_member(body, "autonomous", is_set, errors);
  if constexpr (requires(T m) { m.attachments; })
    refuse_member(body, "attachments", "is not for scripts: whose files they are is checked where they are uploaded",
                  errors);
  T out;
  base::read_json(body, out, "body", errors);
  if (errors.size() > before)
    return std::nullopt;
  if constexpr (has_user)
    out.user_id = by.user_id;
  if constexpr (has_autonomous)
    out.autonomous = by.by_key;
  return caf::make_message(std::move(out));
}

struct entry {
  std::string_view name;
  maker make;
};

constexpr std::array entries{
  entry{"crash", make<crash>},
  entry{"fail_calls", make<fail_calls>},
  entry{"pause_engine", make<pause_engine>},
  entry{"restart_now", make<restart_now>},
  entry{"resume_engine", make<resume_engine>},
  entry{"start_chat_turn", make<start_chat_turn>},
  entry{"start_run", make<start_run>},
  entry{"stop_conversation", make<stop_conversation>},
  entry{"stop_run", make<stop_run>},
  entry{"webhook_received", make<webhook_received>},
};

constexpr auto names = [] {
  std::array<std::string_view, entries.size()> all;
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = entries[i].name;
  return all;
}();

std::string listed(std::span<const std::string_view> all) {
  std::string out;
  for (const auto name : all)
    out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

std::string unknown(std::string_view name, std::span<const std::string_view> known) {
  const auto meant = base::nearest(name, known);
  return meant ? "is not known; did you mean " + std::string(*meant) + "?" : "is not known";
}

void check_members(const boost::json::value& where, const boost::json::value& schema, const std::string& path,
                   base::field_errors& errors) {
  const auto* pattern = where.if_object();
  const auto* described = schema.if_object();
  const auto* properties = described == nullptr ? nullptr : described->if_contains("properties");
  if (pattern == nullptr || properties == nullptr)
    return; // a value, or an object with members of any name
  std::vector<std::string_view> known;
  for (const auto& item : properties->as_object())
    known.emplace_back(item.key().data(), item.key().size());
  for (const auto& item : *pattern) {
    const std::string_view name(item.key().data(), item.key().size());
    if (const auto* member = properties->as_object().if_contains(name))
      check_members(item.value(), *member, base::detail::join_path(path, name), errors);
    else
      base::detail::report_unknown(name, known, path, errors);
  }
}

} // namespace

std::span<const std::string_view> injectable_messages() { return names; }

std::optional<caf::message> make_message(std::string_view name, const boost::json::value& body,
                                         const injecting_user& by, base::field_errors& errors) {
  const auto at = std::ranges::find(entries, name, &entry::name);
  if (at != entries.end())
    return at->make(body.is_null() ? boost::json::value(boost::json::object{}) : body, by, errors);
  if (std::ranges::binary_search(message_names(), name))
    errors.push_back({"message", std::string(name) + " is not for scripts; these are: " + listed(names)});
  else
    errors.push_back({"message", base::nearest(name, names) ? unknown(name, names) : unknown(name, message_names())});
  return std::nullopt;
}

std::optional<std::string> reason_against_message(std::string_view name) {
  if (std::ranges::binary_search(message_names(), name))
    return std::nullopt;
  return unknown(name, message_names());
}

void check_pattern(std::string_view name, const boost::json::value& where, base::field_errors& errors) {
  static const auto all = schemas();
  if (const auto* schema = all.if_contains(name))
    check_members(where, *schema, "where", errors);
  else if (!where.is_null())
    errors.push_back({"where", std::string(name) + " is not data: it has no members to compare"});
}

} // namespace messages
