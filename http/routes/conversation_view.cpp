#include "http/routes/conversation_view.hpp"

#include "storage/confirmations.hpp"
#include "storage/conversations.hpp"

#include <chrono>
#include <thread>

namespace http::routes {
namespace {

struct whole_conversation {
  conversation_view view;
  topic_snapshot topic;
};

topic_snapshot ask_topic(const services& with, const std::string& id) {
  return call::value(with.engine->topic(topic_of_conversation(id)));
}

/// Rows and event stream change one after the other. Read twice until both say the same, else a client would show a
/// turn twice, or miss its end.
whole_conversation read(const services& with, const records::viewer& by, const std::string& id) {
  const auto& user_id = by.user_id;
  for (int tries = 0;; ++tries) {
    const auto before = ask_topic(with, id);
    auto answer = with.engine->db(
      "conversations.find", [by, user_id, id, now = with.clock->now()](storage::session& s) -> std::any {
        const auto row = storage::conversations::find(s, user_id, id);
        if (!row)
          return std::optional<conversation_view>{};
        conversation_view v{row->id, row->title, row->model, row->started_at, row->ended_at, row->messages, {}, {},
                            {},      {},         {}};
        if (row->agent_id) {
          const auto agent = storage::conversations::agent(s, by, *row->agent_id);
          v.agent
            = agent ? agent_face{agent->id, agent->name, agent->available} : agent_face{*row->agent_id, {}, false};
        }
        v.usage = storage::conversations::usage(s, user_id, id);
        v.running = storage::conversations::running_run(s, id);
        for (auto& open : storage::confirmations::open_of(s, id, user_id, now))
          v.confirmations.push_back({open.call_id, open.tool_name, open.arguments, open.description, open.expires_at});
        return std::optional(std::move(v));
      });
    call::check(answer);
    auto view = found(std::any_cast<std::optional<conversation_view>>(std::move(*answer)), "conversation");
    auto after = ask_topic(with, id);
    const bool still = before.last_event_id == after.last_event_id;
    const bool same = after.partial.is_null() || view.running.has_value();
    if ((still && same) || tries == 20) {
      view.last_event_id = after.last_event_id;
      return {std::move(view), std::move(after)};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

} // namespace

conversation_view read_conversation(const services& with, const records::viewer& by, const std::string& id) {
  return read(with, by, id).view;
}

void tell_changed(const services& with, const std::string& id, const std::optional<std::string>& title,
                  const std::optional<std::string>& model) {
  with.engine->publish(topic_of_conversation(id), "conversation",
                       {{"id", id}, {"title", base::to_json(title)}, {"model", base::to_json(model)}});
}

boost::json::value conversation_for_reset(const services& with, const records::viewer& by, const std::string& id) {
  auto whole = read(with, by, id);
  whole.view.last_event_id = whole.topic.newest_event_id;
  auto out = base::to_json(whole.view);
  out.as_object()["partial"] = whole.topic.partial;
  return out;
}

} // namespace http::routes
