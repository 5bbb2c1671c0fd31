#pragma once

#include "messages/records/run.hpp"
#include "messages/records/telegram.hpp"
#include "messages/records/viewer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace storage {
class session;
}

/// The tables `telegram_chats`, `telegram_whitelist` and `telegram_triggers`, and what of runs and events belongs to chats.
namespace storage::telegram {

/// All that the bot works by.
struct rules {
  std::vector<records::telegram_whitelist_entry> whitelist;
  std::vector<records::telegram_trigger> triggers; ///< whose agent can run
};
[[nodiscard]] rules load_rules(session& s);

/// A chat has written: it is known from now on. Of strangers the last 500 are kept.
void seen(session& s, const records::telegram_update& update, base::timestamp now);
/// Newest first. An administrator sees all, a user the chats that have his rights.
[[nodiscard]] std::vector<records::telegram_chat_record> chats(session& s, const records::viewer& by,
                                                               const records::page& page = {});
[[nodiscard]] std::optional<records::telegram_chat_record> find_chat(session& s, const std::string& chat_id);
/// Who answers there. A new conversation begins.
bool set_agent(session& s, const std::string& chat_id, const std::optional<std::string>& agent_id);
void set_conversation(session& s, const std::string& chat_id, const std::optional<std::string>& conversation_id,
                      base::timestamp now);

/// Where a turn of a chat belongs.
struct turn_place {
  std::string conversation_id;
  std::string model;
  std::optional<std::string> running; ///< the run that goes on there
};
/// The chat's conversation; a new one where it has none, or none of this user any more.
[[nodiscard]] turn_place place_of_turn(session& s, const std::string& chat_id, const std::string& user_id,
                                       const std::string& default_model, base::timestamp now);

/// Chats with runs that go on, or with messages that wait.
[[nodiscard]] std::vector<std::string> busy_chats(session& s);
/// Oldest first: messages that wait for their turn in a chat.
[[nodiscard]] std::vector<records::trigger_event> waiting(session& s, const std::string& chat_id);
/// A waiting message is given up.
void end_waiting(session& s, const std::string& event_id, const std::string& outcome);

/// A run whose end is told to a chat.
struct chat_run {
  std::string id;
  records::run_state state = records::run_state::queued;
  std::optional<std::string> conversation_id;
};
BOOST_DESCRIBE_STRUCT(chat_run, (), (id, state, conversation_id))
[[nodiscard]] std::vector<chat_run> live_runs(session& s, const std::string& chat_id);

/// A question, by the id that its buttons hold.
[[nodiscard]] std::optional<records::confirmation_record> find_confirmation(session& s, const std::string& id);
/// Open questions of a chat's runs.
[[nodiscard]] std::vector<records::confirmation_record> open_questions(session& s, const std::string& chat_id);

/// All of the whitelist, or what gives chats this user's rights.
[[nodiscard]] std::vector<records::telegram_whitelist_entry> whitelist(session& s, const records::viewer& by);
/// conflict when it is there.
void allow(session& s, const records::telegram_whitelist_entry& row);
bool disallow(session& s, const records::viewer& by, const std::string& id);

[[nodiscard]] std::vector<records::telegram_trigger> triggers(session& s, const records::viewer& by,
                                                              const records::page& page = {});
[[nodiscard]] std::optional<records::telegram_trigger> find_trigger(session& s, const records::viewer& by,
                                                                    const std::string& id);
void create_trigger(session& s, const records::telegram_trigger& row);
bool update_trigger(session& s, const records::viewer& by, const records::telegram_trigger& row);
bool remove_trigger(session& s, const records::viewer& by, const std::string& id);

} // namespace storage::telegram
