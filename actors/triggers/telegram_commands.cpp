#include "actors/storage/db_pool.hpp"
#include "actors/triggers/telegram_chat.hpp"
#include "messages/errors.hpp"
#include "storage/agents.hpp"

#include <algorithm>

/// What a chat answers to commands.
namespace actors {

namespace {

constexpr std::size_t most_listed = 50;

constexpr std::string_view help = "I answer what you write, with your assistant's tools and rights.\n\n"
                                  "/agents – your agents\n"
                                  "/run NAME [text] – runs one of them\n"
                                  "/status – what goes on\n"
                                  "/stop – stops what this chat has started\n"
                                  "/pause – stops everything (administrators)\n"
                                  "/resume – goes on (administrators)\n"
                                  "/start – a new conversation";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// Whether `text` begins with `name`, in any case, as whole words; answers what comes behind.
std::optional<std::string> rest_behind(std::string_view text, std::string_view name) {
  if (text.size() < name.size()
      || !std::equal(name.begin(), name.end(), text.begin(), [](char a, char b) { return lower(a) == lower(b); }))
    return std::nullopt;
  const auto rest = text.substr(name.size());
  if (!rest.empty() && std::string_view(" \n\t").find(rest.front()) == std::string_view::npos)
    return std::nullopt;
  return std::string(rest.substr(std::min(rest.find_first_not_of(" \n\t"), rest.size())));
}

} // namespace

void telegram_chat::command(const records::telegram_update& u, std::string_view word, std::string_view rest,
                            promise reply) {
  const auto whose = user();
  const auto profiles = services_->profiles->get();
  const auto profile = whose ? profiles->find(*whose) : profiles->end();
  const bool is_admin = profile != profiles->end() && profile->second.role == records::user_role::admin;
  const auto outcome = "command /" + std::string(word);
  if (!whose)
    return ignore(u, "the chat has no user's rights: only trigger words count", reply);
  if (word == "help")
    return answer(u, std::string(help), outcome, reply);
  if (word == "start") {
    request(services_->db, caf::infinite,
            make_job("telegram.new_conversation",
                     [chat = chat_id_, now = services_->clock->now()](storage::session& s) {
                       storage::telegram::set_conversation(s, chat, std::nullopt, now);
                     }))
      .then(
        [this, u, outcome, reply](const messages::db_result&) {
          answer(u, "A new conversation. Write to me, or see /help.", outcome, reply);
        },
        [this, reply](const caf::error& e) mutable { failed(reply, e); });
    return;
  }
  if (word == "run")
    return run_named(u, rest, reply);
  if (word == "agents") {
    request(services_->db, caf::infinite,
            make_job("telegram.agents",
                     [by = records::viewer{*whose, records::user_role::user}](storage::session& s) {
                       return storage::agents::list(s, by, {static_cast<int>(most_listed), {}});
                     }))
      .then(
        [this, u, outcome, reply](const messages::db_result& r) {
          std::string text;
          for (const auto& agent : std::any_cast<const std::vector<records::agent_record>&>(r.value))
            if (agent.enabled)
              text
                += "- **" + agent.name + "**" + (agent.description ? " – " + *agent.description : std::string{}) + "\n";
          answer(u, text.empty() ? "You have no agents yet." : text, outcome, reply);
        },
        [this, reply](const caf::error& e) mutable { failed(reply, e); });
    return;
  }
  if (word == "status" || word == "stop") {
    request(services_->db, caf::infinite,
            make_job("telegram.live_runs",
                     [chat = chat_id_](storage::session& s) { return storage::telegram::live_runs(s, chat); }))
      .then(
        [this, u, outcome, reply, stop = word == "stop"](const messages::db_result& r) {
          const auto& runs = std::any_cast<const std::vector<storage::telegram::chat_run>&>(r.value);
          if (stop)
            stop_all(u, runs, outcome, reply);
          else
            tell_status(u, runs.size(), outcome, reply);
        },
        [this, reply](const caf::error& e) mutable { failed(reply, e); });
    return;
  }
  if (word == "pause" || word == "resume") {
    if (!is_admin)
      return answer(u, "Only administrators may do that.", outcome + ": denied", reply);
    const auto done = [this, u, outcome, reply, paused = word == "pause"](messages::done) {
      answer(u, paused ? "Paused: nothing makes a model or tool call any more." : "Everything goes on.", outcome,
             reply);
    };
    const auto not_done = [this, reply](const caf::error& e) mutable { failed(reply, e); };
    if (word == "pause")
      request(services_->supervisor, std::chrono::seconds{20}, messages::pause_engine{}).then(done, not_done);
    else
      request(services_->supervisor, std::chrono::seconds{20}, messages::resume_engine{}).then(done, not_done);
    return;
  }
  answer(u, "I do not know /" + std::string(word) + ". See /help.", "ignored: an unknown command", reply);
}

void telegram_chat::stop_all(const records::telegram_update& u, const std::vector<storage::telegram::chat_run>& runs,
                             std::string outcome, promise reply) {
  for (const auto& run : runs)
    request(services_->supervisor, std::chrono::seconds{20}, messages::stop_run{run.id})
      .then([](messages::done) {}, [](const caf::error&) {});
  answer(u, runs.empty() ? "Nothing of this chat goes on." : "Stopping.", std::move(outcome), reply);
}

void telegram_chat::tell_status(const records::telegram_update& u, std::size_t runs, std::string outcome,
                                promise reply) {
  request(services_->supervisor, std::chrono::seconds{20}, messages::get_queue{})
    .then(
      [this, u, runs, outcome, reply](const messages::queue_state& q) {
        auto text = runs == 0   ? std::string("Nothing of this chat goes on.")
                    : runs == 1 ? std::string("One run of this chat goes on.")
                                : std::to_string(runs) + " runs of this chat go on.";
        text += "\n" + std::to_string(q.running) + " running, " + std::to_string(q.queued) + " waiting on this server.";
        if (q.paused)
          text += "\nEverything is **paused**: /resume goes on.";
        answer(u, std::move(text), outcome, reply);
      },
      [this, reply](const caf::error& e) mutable { failed(reply, e); });
}

/// `/run NAME [text]`: the longest name that fits.
void telegram_chat::run_named(const records::telegram_update& u, std::string_view rest, promise reply) {
  request(services_->db, caf::infinite,
          make_job("telegram.agents",
                   [by = records::viewer{user().value_or(""), records::user_role::user}](storage::session& s) {
                     return storage::agents::list(s, by, {500, {}});
                   }))
    .then(
      [this, u, rest = std::string(rest), reply](const messages::db_result& r) {
        const records::agent_record* best = nullptr;
        std::string message;
        for (const auto& agent : std::any_cast<const std::vector<records::agent_record>&>(r.value))
          if (auto behind = rest_behind(rest, agent.name);
              behind && agent.enabled && (best == nullptr || agent.name.size() > best->name.size())) {
            best = &agent;
            message = std::move(*behind);
          }
        if (best == nullptr)
          return answer(u, "There is no such agent of yours. See /agents.", "ignored: no such agent", reply);
        start_agent(u, best->id, false, std::move(message), reply);
      },
      [this, reply](const caf::error& e) mutable { failed(reply, e); });
}

} // namespace actors
