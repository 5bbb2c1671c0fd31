#include "actors/runs/run_supervisor.hpp"

#include "actors/storage/db_pool.hpp"
#include "messages/records/agent.hpp"
#include "storage/agents.hpp"
#include "storage/conversations.hpp"
#include "storage/users.hpp"

#include <caf/all.hpp>

/// The part of run_supervisor that takes what is said in a chat.
namespace actors {

namespace {

constexpr std::chrono::seconds database_time{20}; ///< more than statement_timeout

/// With whom a conversation is.
struct persona {
  bool wanted = false; ///< an agent's; else the standard one
  std::optional<records::agent_record> agent;
};

persona find_persona(storage::session& s, const std::string& conversation_id, const std::string& user_id) {
  persona out;
  const auto agent_id = storage::conversations::agent_of(s, user_id, conversation_id);
  out.wanted = agent_id.has_value();
  if (!out.wanted)
    return out;
  const auto user = storage::users::find(s, user_id);
  if (!user || !user->is_active)
    return out;
  const records::viewer by{user->id, user->role};
  if (const auto known = storage::conversations::agent(s, by, *agent_id); known && known->available)
    out.agent = storage::agents::find(s, by, *agent_id);
  return out;
}

/// What the other tabs and devices of the user are told.
boost::json::object told(const records::new_run& run) {
  boost::json::object out{{"run_id", run.run.id},
                          {"content", run.user_message},
                          {"at", base::to_iso8601(run.run.queued_at)},
                          {"attachments", base::to_json(run.attachments)}};
  out["replaces"] = run.replaces ? boost::json::value(*run.replaces) : boost::json::value(nullptr);
  return out;
}

} // namespace

caf::result<messages::run_queued> run_supervisor::start_turn(messages::start_chat_turn m,
                                                             std::optional<records::trigger_event> event,
                                                             boost::json::value reply_to) {
  auto reply = make_response_promise<messages::run_queued>();
  auto find = make_job("conversations.persona", [id = m.conversation_id, user = m.user_id](storage::session& s) {
    return find_persona(s, id, user);
  });
  request(db_, database_time, std::move(find))
    .then(
      [this, m = std::move(m), event = std::move(event), reply_to = std::move(reply_to),
       reply](const messages::db_result& r) mutable {
        const auto* with = std::any_cast<persona>(&r.value);
        if (with != nullptr && with->wanted && !with->agent) {
          reply.deliver(messages::to_error(
            {base::errc::conflict,
             "The agent of this chat was deleted or switched off. The chat stays readable; to go on, "
             "switch the agent on or begin a new chat."}));
          return;
        }
        records::new_run out;
        if (with != nullptr && with->agent) {
          out.run.definition = records::definition_of(*with->agent);
          out.run.agent_id = with->agent->id;
        }
        out.run.kind = records::run_kind::chat;
        out.run.conversation_id = std::move(m.conversation_id);
        out.run.owner_user_id = std::move(m.user_id);
        out.run.priority = records::run_priority::interactive;
        out.run.definition.model = std::move(m.model);
        out.user_message = m.text;
        out.attachments = std::move(m.attachments);
        out.replaces = std::move(m.replaces);
        out.run.message = std::move(m.text);
        out.run.reply_to = std::move(reply_to);
        if (event)
          out.run.trigger_event_id = event->id;
        out.event = std::move(event);
        queue(std::move(out), reply);
      },
      [reply](caf::error& e) mutable { reply.deliver(std::move(e)); });
  return reply;
}

void run_supervisor::tell_said(const records::new_run& run) {
  if (run.run.kind == records::run_kind::chat)
    send(services_->hub, messages::publish{"conversation/" + run.run.conversation_id.value_or(""), "message",
                                           base::to_line(told(run))});
}

} // namespace actors
