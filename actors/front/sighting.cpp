#include "actors/front/sighting.hpp"

#include "base/encoding.hpp"
#include "engine/tap.hpp"

#include <algorithm>
#include <map>

namespace actors {

namespace {

constexpr std::size_t shown_candidates = 3;
constexpr std::size_t shown_types = 8;
constexpr std::size_t shown_bytes = 200; ///< of a value in a sentence

std::string shown(const boost::json::value& value) {
  const auto line = base::to_line(value);
  const auto cut = base::cut_utf8(line, shown_bytes);
  return cut.size() < line.size() ? std::string(cut) + "…" : line;
}

bool fits_paths(const messages::message_seen& m, const messages::expect_message& wanted) {
  return engine::path_fits(m.from, wanted.from) && (wanted.to.empty() || engine::path_fits(m.to, wanted.to));
}

boost::json::value body_of(const messages::message_seen& m) {
  std::string fault;
  auto body = base::parse_json(m.body, fault);
  return body ? std::move(*body) : boost::json::value(nullptr);
}

std::optional<std::string> mismatch_at(const std::string& path, const boost::json::value& pattern,
                                       const boost::json::value& value) {
  if (const auto* object = pattern.if_object(); object != nullptr && value.is_object()) {
    for (const auto& item : *object) {
      const auto member = base::detail::join_path(path, {item.key().data(), item.key().size()});
      const auto* there = value.get_object().if_contains(item.key());
      if (there == nullptr)
        return member + " is not there";
      if (auto reason = mismatch_at(member, item.value(), *there))
        return reason;
    }
    return std::nullopt;
  }
  if (const auto* array = pattern.if_array(); array != nullptr && value.is_array()) {
    const auto& items = value.get_array();
    if (items.size() != array->size())
      return path + " has " + std::to_string(items.size()) + " items, not " + std::to_string(array->size());
    for (std::size_t i = 0; i < items.size(); ++i)
      if (auto reason = mismatch_at(path + '[' + std::to_string(i) + ']', (*array)[i], items[i]))
        return reason;
    return std::nullopt;
  }
  const bool same = pattern.is_number() && value.is_number() ? pattern.to_number<double>() == value.to_number<double>()
                                                             : pattern == value;
  if (same)
    return std::nullopt;
  return (path.empty() ? "it" : path) + " is " + shown(value) + ", not " + shown(pattern);
}

} // namespace

std::optional<std::string> mismatch(const boost::json::value& pattern, const boost::json::value& value) {
  return pattern.is_null() ? std::nullopt : mismatch_at({}, pattern, value);
}

std::optional<messages::injection_outcome> match(const messages::message_seen& m,
                                                 const messages::expect_message& wanted) {
  if (m.message != wanted.message || !fits_paths(m, wanted))
    return std::nullopt;
  auto body = body_of(m);
  if (mismatch(wanted.where, body))
    return std::nullopt;
  return messages::injection_outcome{m.message, std::move(body), m.from};
}

void sightings::add(messages::message_seen m) {
  bytes_ += m.body.size();
  messages_.push_back(std::move(m));
  while (messages_.size() > limits_.messages || bytes_ > limits_.bytes) {
    bytes_ -= messages_.front().body.size();
    messages_.pop_front();
    ++forgotten_;
  }
}

std::optional<messages::injection_outcome> sightings::take(const messages::expect_message& wanted) {
  for (auto at = messages_.begin(); at != messages_.end(); ++at) {
    auto found = match(*at, wanted);
    if (!found)
      continue;
    bytes_ -= at->body.size();
    messages_.erase(at);
    return found;
  }
  return std::nullopt;
}

std::string sightings::instead_of(const messages::expect_message& wanted) const {
  std::string out;
  std::size_t shown_now = 0;
  for (auto at = messages_.rbegin(); at != messages_.rend() && shown_now < shown_candidates; ++at) {
    if (at->message != wanted.message)
      continue;
    std::string what;
    if (!fits_paths(*at, wanted))
      what = "one came from " + at->from + " to " + at->to;
    else if (const auto reason = mismatch(wanted.where, body_of(*at)))
      what = "in one from " + at->from + ' ' + *reason;
    else
      continue;
    out += (shown_now++ == 0 ? "" : "; ") + what;
  }
  if (shown_now == 0) {
    std::map<std::string, int> types;
    for (const auto& m : messages_)
      if (engine::path_fits(m.from, wanted.from))
        ++types[m.message];
    out = "from " + wanted.from + " came " + (types.empty() ? "nothing" : "only ");
    for (const auto& [name, count] : types) {
      if (shown_now++ == shown_types) {
        out += ", …";
        break;
      }
      out += (shown_now == 1 ? "" : ", ") + name + (count > 1 ? " ×" + std::to_string(count) : "");
    }
  }
  return out;
}

} // namespace actors
