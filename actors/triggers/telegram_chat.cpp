#include "actors/triggers/telegram_chat.hpp"

#include "actors/storage/db_pool.hpp"
#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "clients/telegram/words.hpp"
#include "messages/errors.hpp"
#include "messages/journal.hpp"
#include "messages/records/agent.hpp"
#include "storage/agents.hpp"
#include "storage/attachments.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>

/// What is said in a chat, and what becomes of it; commands are in telegram_commands.cpp, what is shown while runs go on
/// in telegram_progress.cpp.
namespace actors {

namespace {

namespace json = boost::json;

constexpr std::int64_t most_file_bytes = std::int64_t{10} * 1024 * 1024; ///< as in chats on the page
constexpr std::int64_t most_conversation_bytes = std::int64_t{64} * 1024 * 1024;
constexpr std::size_t most_text_bytes = 64 * 1024;

/// What a model can take of a file; nothing: why not, in words for a person.
base::result<std::string> media_type_of(const records::telegram_file& file) {
  const auto name = file.name.empty() ? std::string("The ") + std::string(base::enum_name(file.kind)) : file.name;
  if (file.bytes > most_file_bytes)
    return base::fail(base::errc::invalid, name + " is larger than 10 MiB.");
  if (file.kind == records::telegram_file_kind::photo)
    return std::string("image/jpeg");
  for (const auto* type : {"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"})
    if (file.media_type == type)
      return std::string(type);
  return base::fail(base::errc::invalid, name + " is neither a picture nor a PDF document: it was not read.");
}

std::vector<records::telegram_file> files_of(const records::trigger_event& event) {
  std::string error;
  std::vector<records::telegram_file> out;
  base::field_errors errors;
  if (const auto request = base::parse_json(event.request, error); request && request->is_object())
    if (const auto* files = request->get_object().if_contains("files"))
      base::read_json(*files, out, {}, errors);
  return out;
}

} // namespace

telegram_chat::telegram_chat(caf::actor_config& cfg, engine::place at,
                             std::shared_ptr<const telegram_services> services, std::string chat_id)
  : observed(cfg, std::move(at)), services_(std::move(services)), chat_id_(std::move(chat_id)) {}

telegram_chat::behavior_type telegram_chat::make_behavior() {
  caf::anon_send(this, messages::look_at_chat{}); // what a server before left: runs and messages that wait
  return {
    [this](messages::take_update& m) { return take(std::move(m)); },
    [this](messages::look_at_chat) {
      if (services_->clock->now() + std::chrono::milliseconds{20} < next_look_)
        return; // a later one is on its way
      next_look_ = {};
      look();
    },
  };
}

void telegram_chat::on_exit() {}

// --- who ------------------------------------------------------------------------------------------------------------

/// Whose rights the chat has, the oldest entry first; users that are switched off have none.
std::vector<std::string> telegram_chat::users() const {
  const auto profiles = services_->profiles->get();
  std::vector<std::string> out;
  for (const auto& entry : services_->rules->get()->whitelist)
    if (entry.chat_id == chat_id_ && entry.user_id)
      if (const auto user = profiles->find(*entry.user_id); user != profiles->end() && user->second.is_active)
        out.push_back(*entry.user_id);
  return out;
}

std::optional<std::string> telegram_chat::user() const {
  auto all = users();
  return all.empty() ? std::nullopt : std::optional(std::move(all.front()));
}

// --- what is said ---------------------------------------------------------------------------------------------------

caf::result<messages::done> telegram_chat::take(messages::take_update m) {
  auto reply = make_response_promise<messages::done>();
  idle_looks_ = 0;
  const auto& u = m.update;
  if (u.kind == records::telegram_update_kind::button)
    press(u, reply);
  else if (u.kind != records::telegram_update_kind::message)
    ignore(u, u.what, reply);
  else if (u.from_bot)
    ignore(u, "a bot wrote it", reply);
  else
    take_text(u, reply);
  return reply;
}

void telegram_chat::take_text(const records::telegram_update& u, promise reply) {
  std::string_view text = u.text.str();
  const auto bot = "@" + *services_->bot_name->get();
  if (text.starts_with('/')) {
    const auto end = std::min(text.find_first_of(" \n\t"), text.size());
    auto word = text.substr(1, end - 1);
    const auto at = word.find('@');
    if (at != std::string_view::npos && word.substr(at) != bot)
      return ignore(u, "a command for another bot", reply);
    word = word.substr(0, at);
    const auto rest = text.substr(std::min(text.find_first_not_of(" \n\t", end), text.size()));
    return command(u, word, rest, reply);
  }
  const auto mine = users();
  std::vector<records::telegram_trigger> triggers;
  for (const auto& trigger : services_->rules->get()->triggers)
    if (!trigger.user_id || std::ranges::find(mine, *trigger.user_id) != mine.end())
      triggers.push_back(trigger);
  if (const auto* trigger = telegram::best_match(text, triggers))
    return start_agent(u, trigger->agent_id, true, {}, reply);
  const bool in_group = u.chat_kind != "private";
  if (in_group && (bot.size() == 1 || text.find(bot) == std::string_view::npos))
    return ignore(u, "no trigger word, and the bot is not named", reply);
  if (mine.empty())
    return ignore(u, "the chat has no user's rights: only trigger words count", reply);
  auto event = event_of(u);
  if (starting_ || std::ranges::any_of(live_, [](const auto& run) { return run.second.conversation_id.has_value(); })) {
    event.outcome = "waiting";
    return store(std::move(event), reply);
  }
  start_turn(std::move(event), reply);
}

records::trigger_event telegram_chat::event_of(const records::telegram_update& u) const {
  records::trigger_event event;
  event.id = base::new_id();
  event.source = "telegram";
  event.source_id = chat_id_;
  event.source_name = u.chat_title;
  event.dedupe_key = std::to_string(u.update_id);
  event.content_type = "text/plain";
  event.body = base::untrusted_text(std::string(base::cut_utf8(u.text.str(), most_text_bytes)));
  json::object request{{"from", u.from_name}, {"message_id", u.message_id}};
  if (!u.files.empty())
    request["files"] = base::to_json(u.files);
  event.request = json::serialize(request);
  event.received_at = services_->clock->now();
  return event;
}

json::value telegram_chat::reply_to() const { return json::object{{"channel", "telegram"}, {"lane", chat_id_}}; }

void telegram_chat::ignore(const records::telegram_update& u, std::string outcome, promise reply) {
  auto event = event_of(u);
  event.outcome = "ignored: " + outcome;
  store(std::move(event), reply);
}

void telegram_chat::store(records::trigger_event event, promise reply) {
  request(services_->journal, caf::infinite, messages::store_event{std::move(event)})
    .then([reply](messages::done) mutable { reply.deliver(messages::done{}); },
          [this, reply](const caf::error& e) mutable { failed(reply, e); });
}

/// No run comes of it: stored so, or where it waited, changed.
void telegram_chat::end_event(records::trigger_event event, std::string outcome, promise reply) {
  if (event.outcome != "waiting") {
    event.outcome = std::move(outcome);
    return store(std::move(event), reply);
  }
  request(services_->db, caf::infinite,
          make_job("telegram.end_waiting", [id = event.id, outcome = std::move(outcome)](
                                             storage::session& s) { storage::telegram::end_waiting(s, id, outcome); }))
    .then([this](const messages::db_result&) { look_in(std::chrono::milliseconds{0}); }, [](const caf::error&) {});
}

/// The answer goes out by the outbox, once for each update, then the event is stored.
void telegram_chat::answer(const records::telegram_update& u, std::string text, std::string outcome, promise reply) {
  auto event = event_of(u);
  event.outcome = std::move(outcome);
  send_out(
    "telegram " + chat_id_ + ' ' + std::to_string(u.update_id), json::object{{"text", std::move(text)}},
    [this, event, reply] { store(event, reply); }, reply);
}

void telegram_chat::say(std::string id, std::string text) {
  send_out(std::move(id), json::object{{"text", std::move(text)}}, [] {}, {});
}

/// Stores what is to be said, once for each id; `then` follows the commit.
void telegram_chat::send_out(std::string id, json::object body, std::function<void()> then, promise reply) {
  records::outbox_record row;
  row.id = std::move(id);
  row.channel = records::outbox_channel::telegram;
  row.lane = chat_id_;
  row.owner_user_id = user();
  row.body = std::move(body);
  row.created_at = services_->clock->now();
  request(services_->outbox, caf::infinite, messages::deliver{std::move(row)})
    .then([then](messages::done) { then(); }, [this, reply](const caf::error& e) mutable { failed(reply, e); });
}

/// What cannot be stored now comes again: the update is not confirmed.
void telegram_chat::failed(promise& reply, const caf::error& e) {
  const auto failure = messages::to_failure(e);
  spdlog::warn("telegram_update_not_taken chat={} error={}", chat_id_, failure.message);
  if (reply.pending())
    reply.deliver(messages::to_error(failure));
}

// --- runs -----------------------------------------------------------------------------------------------------------

void telegram_chat::start_agent(const records::telegram_update& u, const std::string& agent_id, bool by_trigger,
                                std::string message, promise reply) {
  request(services_->db, caf::infinite,
          make_job("telegram.agent",
                   [agent_id](storage::session& s) {
                     return storage::agents::find(s, {{}, records::user_role::admin}, agent_id);
                   }))
    .then(
      [this, u, by_trigger, message = std::move(message), reply](const messages::db_result& r) mutable {
        const auto& agent = std::any_cast<const std::optional<records::agent_record>&>(r.value);
        if (!agent || !agent->enabled)
          return ignore(u, "its agent was deleted or switched off", reply);
        records::new_run out;
        auto& run = out.run;
        run.id = base::new_id();
        run.agent_id = agent->id;
        run.owner_user_id = agent->owner_user_id;
        run.priority = by_trigger ? records::run_priority::autonomous : records::run_priority::interactive;
        run.definition = records::definition_of(*agent);
        run.message = std::move(message);
        run.queued_at = services_->clock->now();
        run.trace_id = base::new_id();
        run.reply_to = reply_to();
        auto event = event_of(u);
        if (!by_trigger)
          event.source_name += " (/run)";
        event.run_id = run.id;
        run.trigger_event_id = event.id;
        out.event = std::move(event);
        request(services_->journal, caf::infinite, messages::queue_run{std::move(out)})
          .then(
            [this, reply](const messages::run_stored& m) mutable {
              if (!m.run.run_id.empty())
                watch(m.run.run_id, std::nullopt);
              reply.deliver(messages::done{});
            },
            [this, u, reply](const caf::error& e) mutable {
              const auto failure = messages::to_failure(e);
              if (failure.code == base::errc::unavailable || failure.code == base::errc::timeout)
                return failed(reply, e);
              answer(u, "⚠️ " + failure.message, "failed: " + failure.message, reply);
            });
      },
      [this, reply](const caf::error& e) mutable { failed(reply, e); });
}

/// A turn of the chat's conversation; where one goes on there, the event waits for its end.
void telegram_chat::start_turn(records::trigger_event event, promise reply) {
  const auto whose = user();
  if (!whose)
    return end_event(std::move(event), "ignored: the chat has no user's rights any more", reply);
  starting_ = true;
  request(services_->db, caf::infinite,
          make_job("telegram.place_of_turn",
                   [chat = chat_id_, user = *whose, model = services_->settings->get()->default_model,
                    now = services_->clock->now()](storage::session& s) {
                     return storage::telegram::place_of_turn(s, chat, user, model, now);
                   }))
    .then(
      [this, event, reply](const messages::db_result& r) mutable {
        const auto& place = std::any_cast<const storage::telegram::turn_place&>(r.value);
        if (place.running) {
          starting_ = false;
          watch(*place.running, place.conversation_id);
          event.outcome = "waiting";
          return store(std::move(event), reply);
        }
        auto files = files_of(event);
        fetch_files(std::move(event), place.conversation_id, place.model, std::move(files), {}, {}, reply);
      },
      [this, reply](const caf::error& e) mutable {
        starting_ = false;
        failed(reply, e);
      });
}

/// One file after the other; what cannot be read is complained of.
void telegram_chat::fetch_files(records::trigger_event event, std::string conversation_id, std::string model,
                                std::vector<records::telegram_file> files, std::vector<records::attachment_head> have,
                                std::vector<std::string> complaints, promise reply) {
  if (files.empty()) {
    std::string said;
    for (const auto& complaint : complaints)
      said += (said.empty() ? "" : "\n") + complaint;
    if (!said.empty())
      say("telegram " + chat_id_ + ' ' + event.dedupe_key + " files", "⚠️ " + said);
    if (have.empty() && event.body.empty()) {
      starting_ = false;
      return end_event(std::move(event), "ignored: " + said, reply);
    }
    return say_turn(std::move(event), std::move(conversation_id), std::move(model), std::move(have), reply);
  }
  const auto file = files.front();
  files.erase(files.begin());
  const auto type = media_type_of(file);
  if (!type) {
    complaints.push_back(type.error().message);
    return fetch_files(std::move(event), std::move(conversation_id), std::move(model), std::move(files),
                       std::move(have), std::move(complaints), reply);
  }
  const std::function<void(std::optional<records::attachment_head>, std::string)> go_on
    = [this, event, conversation_id, model, files, have, complaints,
       reply](std::optional<records::attachment_head> head, std::string complaint) mutable {
        if (head)
          have.push_back(std::move(*head));
        else
          complaints.push_back(std::move(complaint));
        fetch_files(std::move(event), std::move(conversation_id), std::move(model), std::move(files), std::move(have),
                    std::move(complaints), reply);
      };
  const auto name = file.name.empty() ? std::string(base::enum_name(file.kind)) + ".jpg" : file.name;
  call(
    "getFile", {{"file_id", file.file_id}},
    [this, go_on, name, type = *type, conversation_id, user = user().value_or("")](const telegram::answer& a) mutable {
      const auto* object = a.result.if_object();
      const auto* path = object == nullptr ? nullptr : object->if_contains("file_path");
      if (path == nullptr || !path->is_string())
        return go_on(
          {}, name + " could not be fetched: " + (a.description.empty() ? "Telegram has no file." : a.description));
      request(services_->http, caf::infinite,
              messages::fetch_http{std::make_shared<const net::request>(
                telegram::download(services_->bot(), path->get_string(), static_cast<std::uint64_t>(most_file_bytes)))})
        .then(
          [this, go_on, name, type, conversation_id, user](const messages::http_answer& got) mutable {
            const auto& response = *got.response;
            if (response.outcome.fault != net::fault::none || response.head.status != 200)
              return go_on({}, name + " could not be fetched.");
            records::attachment row;
            row.id = base::new_id();
            row.conversation_id = conversation_id;
            row.user_id = user;
            row.name = base::cut_utf8(name, 200);
            row.media_type = type;
            row.size = static_cast<std::int64_t>(response.body.size());
            row.content = base::to_base64(base::as_bytes(response.body));
            row.created_at = services_->clock->now();
            const records::attachment_head head{row.id, row.name, row.media_type, row.size};
            request(
              services_->db, caf::infinite,
              make_job("attachments.create",
                       [row](storage::session& s) { storage::attachments::create(s, row, most_conversation_bytes); }))
              .then([go_on, head](const messages::db_result&) mutable { go_on(head, {}); },
                    [go_on, name](const caf::error& e) mutable {
                      go_on({}, name + " could not be kept: " + messages::to_failure(e).message);
                    });
          },
          [go_on, name](const caf::error&) mutable { go_on({}, name + " could not be fetched."); });
    });
}

void telegram_chat::say_turn(records::trigger_event event, std::string conversation_id, std::string model,
                             std::vector<records::attachment_head> files, promise reply) {
  messages::start_told_turn m;
  m.turn.conversation_id = conversation_id;
  m.turn.user_id = user().value_or("");
  m.turn.text = event.body.empty() ? std::string("See the file.") : event.body.str();
  m.turn.model = std::move(model);
  m.turn.attachments = std::move(files);
  m.reply_to = reply_to();
  const bool waited = event.outcome == "waiting";
  m.event = event;
  m.event.outcome = "queued";
  request(services_->supervisor, caf::infinite, std::move(m))
    .then(
      [this, reply, conversation_id](const messages::run_queued& queued) mutable {
        starting_ = false;
        watch(queued.run_id, conversation_id);
        if (reply.pending())
          reply.deliver(messages::done{});
      },
      [this, event, reply, waited](const caf::error& e) mutable {
        starting_ = false;
        const auto failure = messages::to_failure(e);
        if (failure.code == base::errc::unavailable || failure.code == base::errc::timeout)
          return failed(reply, e);
        if (failure.code == base::errc::overloaded && waited) // it goes on waiting
          return;
        say("telegram " + chat_id_ + ' ' + event.dedupe_key, "⚠️ " + failure.message);
        end_event(event, "failed: " + failure.message, reply);
      });
}

void telegram_chat::call(std::string_view method, json::object arguments,
                         std::function<void(const telegram::answer&)> then) {
  const auto bot = services_->bot();
  request(services_->http, caf::infinite,
          messages::fetch_http{std::make_shared<const net::request>(telegram::call(bot, method, arguments))})
    .then(
      [this, bot, then](const messages::http_answer& m) {
        const auto a = telegram::read(bot, *m.response);
        if (a.meaning == telegram::meaning::flood)
          quiet_until_ = services_->clock->now() + a.retry_after;
        if (then)
          then(a);
      },
      [then](const caf::error& e) {
        if (then)
          then({telegram::meaning::away, nullptr, messages::to_failure(e).message, {}});
      });
}

} // namespace actors
