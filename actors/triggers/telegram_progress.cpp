#include "actors/storage/db_pool.hpp"
#include "actors/triggers/telegram_chat.hpp"
#include "base/encoding.hpp"
#include "messages/errors.hpp"
#include "messages/journal.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

/// What a chat shows while its runs go on: that somebody types, how far they are, and what they ask.
namespace actors {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds look_interval{2};
constexpr std::chrono::seconds progress_after{8}; ///< what is quicker needs no progress
constexpr std::chrono::seconds idle_interval{60};
constexpr int most_idle_looks = 10; ///< then the actor ends

struct found_in_chat {
  std::vector<storage::telegram::chat_run> runs;
  std::vector<records::confirmation_record> questions;
  std::vector<records::trigger_event> waiting;
};

/// The last thing that a turn does, in a line.
std::string doing(const messages::partial_turn& turn) {
  std::string out;
  for (const auto& call : turn.tool_calls)
    if (!call.success)
      out = "⏳ " + call.tool_name + " …";
  if (out.empty() && !turn.text.empty())
    out = std::string(base::cut_utf8(turn.text, 600)) + " …";
  if (out.empty())
    out = turn.tool_calls.empty() ? "⏳ thinking …"
                                  : "⏳ thinking about what " + turn.tool_calls.back().tool_name + " said …";
  return out;
}

} // namespace

void telegram_chat::watch(const std::string& run_id, std::optional<std::string> conversation_id) {
  auto& run = live_[run_id];
  run.conversation_id = std::move(conversation_id);
  if (run.since == base::timestamp{})
    run.since = services_->clock->now();
  look_in(std::chrono::milliseconds{500});
}

void telegram_chat::look_in(std::chrono::milliseconds time) {
  const auto now = services_->clock->now();
  if (next_look_ > now && next_look_ <= now + time)
    return;
  next_look_ = now + time;
  delayed_send(this, time, messages::look_at_chat{});
}

void telegram_chat::look() {
  if (looking_)
    return;
  looking_ = true;
  request(services_->db, caf::infinite,
          make_job("telegram.look",
                   [chat = chat_id_](storage::session& s) {
                     return found_in_chat{storage::telegram::live_runs(s, chat),
                                          storage::telegram::open_questions(s, chat),
                                          storage::telegram::waiting(s, chat)};
                   }))
    .then(
      [this](const messages::db_result& r) {
        looking_ = false;
        looked(r.value);
      },
      [this](const caf::error&) {
        looking_ = false;
        look_in(look_interval);
      });
}

void telegram_chat::looked(const std::any& what) {
  const auto& found = std::any_cast<const found_in_chat&>(what);
  const auto now = services_->clock->now();
  for (auto at = live_.begin(); at != live_.end();) {
    const bool goes_on = std::ranges::find(found.runs, at->first, &storage::telegram::chat_run::id) != found.runs.end();
    if (goes_on || now - at->second.since < look_interval) { // just queued: this look may be older
      ++at;
      continue;
    }
    if (at->second.progress_id != 0)
      call("deleteMessage", {{"chat_id", telegram::id_value(chat_id_)}, {"message_id", at->second.progress_id}});
    at = live_.erase(at);
  }
  bool works = false;
  for (const auto& run : found.runs) {
    auto& known = live_[run.id];
    known.conversation_id = run.conversation_id;
    if (known.since == base::timestamp{})
      known.since = now;
    works = works || run.state == records::run_state::running;
    if (run.state == records::run_state::running && run.conversation_id)
      show_progress(run.id, known);
  }
  if (works && now >= quiet_until_)
    call("sendChatAction", {{"chat_id", telegram::id_value(chat_id_)}, {"action", "typing"}});
  for (const auto& question : found.questions)
    if (asked_.insert(question.id).second) {
      auto text = "**" + question.description + "**\n\nMay I? (" + question.tool_name + ")";
      json::array buttons{json::array{json::object{{"text", "✅ Allow"}, {"data", "a:" + question.id}},
                                      json::object{{"text", "🚫 Deny"}, {"data", "d:" + question.id}}}};
      send_out("question " + question.id, json::object{{"text", std::move(text)}, {"buttons", std::move(buttons)}},
               [] {}, {});
    }
  const bool turn_goes_on
    = starting_ || std::ranges::any_of(live_, [](const auto& run) { return run.second.conversation_id.has_value(); });
  if (!found.waiting.empty() && !turn_goes_on)
    start_turn(found.waiting.front(), {});
  if (live_.empty() && found.waiting.empty() && !starting_) {
    asked_.clear();
    if (++idle_looks_ > most_idle_looks)
      return quit();
    return look_in(idle_interval);
  }
  look_in(look_interval);
}

/// One message that is changed now and then, and taken away at the end.
void telegram_chat::show_progress(const std::string& run_id, live_run& run) {
  const auto now = services_->clock->now();
  if (now - run.since < progress_after || now < quiet_until_ || !run.conversation_id)
    return;
  request(services_->hub, std::chrono::seconds{5}, messages::get_topic_state{"conversation/" + *run.conversation_id})
    .then(
      [this, run_id](const messages::topic_state& state) {
        const auto at = live_.find(run_id);
        if (at == live_.end() || !state.partial || state.partial->run_id != run_id)
          return;
        auto& r = at->second;
        auto text = doing(*state.partial);
        if (text == r.progress)
          return;
        r.progress = text;
        auto arguments = telegram::message(chat_id_, text, false);
        if (r.progress_id != 0) {
          arguments["message_id"] = r.progress_id;
          call("editMessageText", std::move(arguments));
        } else if (!std::exchange(r.progress_sent, true)) {
          arguments["disable_notification"] = true;
          call("sendMessage", std::move(arguments), [this, run_id](const telegram::answer& a) {
            const auto* object = a.result.if_object();
            const auto* id = object == nullptr ? nullptr : object->if_contains("message_id");
            if (id == nullptr || !id->is_int64())
              return;
            if (const auto still = live_.find(run_id); still != live_.end())
              still->second.progress_id = id->get_int64();
            else // it ended meanwhile
              call("deleteMessage", {{"chat_id", telegram::id_value(chat_id_)}, {"message_id", id->get_int64()}});
          });
        }
      },
      [](const caf::error&) {});
}

/// A button under a question: the answer holds for the question that is stored, once, from who may answer it.
void telegram_chat::press(const records::telegram_update& u, promise reply) {
  const bool approved = u.button_data.starts_with("a:");
  const auto say_back = [this, button = u.button_id](std::string text) {
    call("answerCallbackQuery", {{"callback_query_id", button}, {"text", std::string(base::cut_utf8(text, 190))}});
  };
  if (!approved && !u.button_data.starts_with("d:")) {
    say_back("This button is not known any more.");
    return ignore(u, "an unknown button", reply);
  }
  request(services_->db, caf::infinite,
          make_job("telegram.question", [id = u.button_data.substr(2)](
                                          storage::session& s) { return storage::telegram::find_confirmation(s, id); }))
    .then(
      [this, u, approved, say_back, reply](const messages::db_result& r) mutable {
        const auto& question = std::any_cast<const std::optional<records::confirmation_record>&>(r.value);
        const auto mine = users();
        if (!question || !question->conversation_id || std::ranges::find(mine, question->owner_user_id) == mine.end()) {
          say_back("This cannot be answered here.");
          return ignore(u, "a question that is not this chat's", reply);
        }
        request(services_->supervisor, caf::infinite,
                messages::answer_confirmation{*question->conversation_id, question->call_id, question->owner_user_id,
                                              approved, records::confirmation_scope::once})
          .then(
            [this, u, approved, say_back, reply, text = question->description](messages::done) mutable {
              say_back(approved ? "Allowed" : "Denied");
              auto arguments = telegram::message(chat_id_, (approved ? "✅ Allowed: " : "🚫 Denied: ") + text, false);
              arguments["message_id"] = u.message_id;
              call("editMessageText", std::move(arguments));
              auto event = event_of(u);
              event.outcome = approved ? "a question was allowed" : "a question was denied";
              store(std::move(event), reply);
            },
            [this, u, say_back, reply](const caf::error& e) mutable {
              const auto failure = messages::to_failure(e);
              if (failure.code == base::errc::unavailable || failure.code == base::errc::timeout)
                return failed(reply, e);
              say_back(failure.message);
              ignore(u, failure.message, reply);
            });
      },
      [this, reply](const caf::error& e) mutable { failed(reply, e); });
}

} // namespace actors
