#include "actors/front/event_hub.hpp"

#include <caf/actor_system.hpp>

#include <algorithm>
#include <charconv>

namespace actors {

namespace {

bool is_conversation(const std::string& topic) { return topic.starts_with("conversation/"); }
/// The dashboard reads everything anew when it joins.
bool is_kept(const std::string& topic) { return is_conversation(topic) || topic.starts_with("run/"); }

std::string text_member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string{};
}

/// Brings the turn so far up to date with one more event.
void follow(messages::partial_turn& turn, const messages::publish& m) {
  if (m.name != "text" && m.name != "reasoning" && m.name != "summary" && m.name != "tool_start"
      && m.name != "tool_done")
    return;
  std::string fault;
  const auto json = base::parse_json(m.data, fault);
  if (!json || !json->is_object())
    return;
  const auto& object = json->get_object();
  if (m.name == "text") {
    turn.text += text_member(object, "content");
  } else if (m.name == "reasoning") {
    turn.reasoning += text_member(object, "content");
  } else if (m.name == "summary") {
    turn.summary = text_member(object, "content");
  } else if (m.name == "tool_start") {
    auto& call = turn.tool_calls.emplace_back();
    call.call_id = text_member(object, "call_id");
    call.tool_name = text_member(object, "tool_name");
    if (const auto* arguments = object.if_contains("arguments"))
      call.arguments = *arguments;
  } else {
    const auto at
      = std::ranges::find(turn.tool_calls, text_member(object, "call_id"), &messages::partial_call::call_id);
    if (at == turn.tool_calls.end())
      return;
    const auto* success = object.if_contains("success");
    at->success = success != nullptr && success->is_bool() && success->get_bool();
    at->result_summary = text_member(object, "result_summary");
  }
}

} // namespace

event_hub::event_hub(caf::actor_config& cfg, engine::place at, std::shared_ptr<engine::listeners> listened,
                     event_hub_settings settings)
  : observed(cfg, std::move(at)), listened_(std::move(listened)), settings_(std::move(settings)) {}

event_hub::behavior_type event_hub::make_behavior() {
  delayed_send(this, settings_.sweep_every, messages::sweep_topics{});
  return {
    [this](const messages::publish& m) { publish(m); },
    [this](const messages::turn_begins& m) {
      auto& t = open(m.topic);
      t.turn_floor = t.newest;
      t.turn = messages::partial_turn{m.run_id, {}, {}};
    },
    [this](const messages::turn_ended& m) { open(m.topic).turn.reset(); },
    [this](const messages::subscribe& m) { subscribe(m); },
    [this](const messages::unsubscribe& m) {
      const auto at = topics_.find(m.topic);
      if (at != topics_.end() && std::erase(at->second.queues, m.queue) > 0)
        listened_->remove(m.topic);
    },
    [this](const messages::run_queued& m) { publish_note("run_queued", m); },
    [this](const messages::run_started& m) { publish_note("run_started", m); },
    [this](const messages::run_finished& m) { publish_note("run_finished", m); },
    [this](const messages::get_topic_state& m) {
      const auto& t = open(m.topic);
      return messages::topic_state{id_of(t.turn ? t.turn_floor : t.newest), id_of(t.newest), t.turn};
    },
    [this](messages::sweep_topics) {
      sweep();
      delayed_send(this, settings_.sweep_every, messages::sweep_topics{});
    },
  };
}

void event_hub::restarted() {
  // Whoever listens reads the object anew: what was kept may be what failed.
  for (auto& [name, t] : topics_) {
    t.kept.clear();
    t.kept_bytes = 0;
    t.floor = t.newest = ++last_number_;
    for (const auto& queue : t.queues)
      queue->push({id_of(t.newest), "reset", {}});
  }
}

event_hub::topic& event_hub::open(const std::string& name) {
  auto [at, is_new] = topics_.try_emplace(name);
  if (is_new)
    at->second.floor = at->second.newest = at->second.turn_floor = last_number_;
  at->second.last_used = clock().now();
  return at->second;
}

void event_hub::publish(const messages::publish& m) {
  const auto at = topics_.find(m.topic);
  if (at == topics_.end() && !is_conversation(m.topic))
    return; // nobody listens, and who comes later reads the object first
  auto& t = open(m.topic);
  const auto number = ++last_number_;
  for (const auto& queue : t.queues)
    queue->push({id_of(number), m.name, m.data});
  t.newest = number;
  if (is_kept(m.topic))
    keep(t, number, m);
  else
    t.floor = number;
  if (t.turn)
    follow(*t.turn, m);
}

template <class Note>
void event_hub::publish_note(const char* name, const Note& note) {
  if (topics_.contains("queue")) // else nobody listens: the note is for the injector
    publish({"queue", name, base::print(note)});
}

void event_hub::keep(topic& t, std::uint64_t number, const messages::publish& m) {
  t.kept.push_back({number, m.name, m.data});
  t.kept_bytes += m.name.size() + m.data.size();
  while (t.kept_bytes > settings_.max_topic_bytes && t.kept.size() > 1) {
    const auto& oldest = t.kept.front();
    t.kept_bytes -= oldest.name.size() + oldest.data.size();
    t.floor = oldest.number;
    t.kept.pop_front();
  }
}

void event_hub::subscribe(const messages::subscribe& m) {
  auto& t = open(m.topic);
  t.queues.push_back(m.queue);
  listened_->add(m.topic);
  if (!m.last_event_id)
    return;
  const auto after = number_of(*m.last_event_id);
  if (!after || *after < t.floor || *after > last_number_) {
    m.queue->push({id_of(t.newest), "reset", {}});
    return;
  }
  for (const auto& e : t.kept)
    if (e.number > *after)
      m.queue->push({id_of(e.number), e.name, e.data});
}

void event_hub::sweep() {
  const auto now = clock().now();
  for (auto at = topics_.begin(); at != topics_.end();) {
    auto& [name, t] = *at;
    const auto gone = std::erase_if(t.queues, [](const auto& queue) { return queue->closed(); });
    for (std::size_t i = 0; i < gone; ++i)
      listened_->remove(name);
    const bool unused = t.queues.empty() && !t.turn && now - t.last_used > settings_.keep_after_turn;
    at = unused ? topics_.erase(at) : std::next(at);
  }
}

std::string event_hub::id_of(std::uint64_t number) const { return settings_.epoch + '-' + std::to_string(number); }

std::optional<std::uint64_t> event_hub::number_of(const std::string& id) const {
  if (!id.starts_with(settings_.epoch + '-'))
    return std::nullopt;
  const auto* begin = id.data() + settings_.epoch.size() + 1;
  const auto* end = id.data() + id.size();
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error != std::errc{} || stop != end)
    return std::nullopt;
  return number;
}

} // namespace actors
