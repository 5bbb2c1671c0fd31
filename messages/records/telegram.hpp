#pragma once

#include "base/described.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What comes by Telegram, and the rows of `telegram_chats`, `telegram_whitelist` and `telegram_triggers`.
namespace records {

enum class telegram_file_kind { photo, document, voice, audio, video };
BOOST_DESCRIBE_ENUM(telegram_file_kind, photo, document, voice, audio, video)

struct telegram_file {
  std::string file_id;
  telegram_file_kind kind = telegram_file_kind::document;
  std::string name;       ///< may be empty
  std::string media_type; ///< may be empty
  std::int64_t bytes = 0; ///< 0: not said
};
BOOST_DESCRIBE_STRUCT(telegram_file, (), (file_id, kind, name, media_type, bytes))

/// `other`: an edited message, a channel post, somebody who joined … : nothing is done with it.
enum class telegram_update_kind { message, button, other };
BOOST_DESCRIBE_ENUM(telegram_update_kind, message, button, other)

/// One `Update` of the Bot API (https://core.telegram.org/bots/api#update), as far as it is used.
struct telegram_update {
  std::int64_t update_id = 0;
  telegram_update_kind kind = telegram_update_kind::other;
  std::string what;       ///< other: the member's name, such as edited_message
  std::string chat_id;    ///< empty: it has no chat
  std::string chat_kind;  ///< private, group, supergroup, channel
  std::string chat_title; ///< of a private chat, the person's name
  std::string username;   ///< of the chat, without @; may be empty
  std::string from_name;
  bool from_bot = false;
  std::int64_t message_id = 0; ///< button: of the message that it stands under
  base::untrusted_text text;   ///< or a file's caption
  std::vector<telegram_file> files;
  std::string button_id;   ///< button: to be answered with
  std::string button_data; ///< what we gave it
};
BOOST_DESCRIBE_STRUCT(telegram_update, (),
                      (update_id, kind, what, chat_id, chat_kind, chat_title, username, from_name, from_bot, message_id,
                       text, files, button_id, button_data))

/// One row of `telegram_chats`: every chat that has written to the bot.
struct telegram_chat_record {
  std::string chat_id;
  std::string kind;
  std::string title;
  std::string username;
  base::timestamp first_seen_at{};
  base::timestamp last_seen_at{};
  std::int64_t messages = 0;
  std::optional<std::string> agent_id;        ///< who answers; empty: the assistant
  std::optional<std::string> conversation_id; ///< that goes on here
};
BOOST_DESCRIBE_STRUCT(telegram_chat_record, (),
                      (chat_id, kind, title, username, first_seen_at, last_seen_at, messages, agent_id,
                       conversation_id))

/// One row of `telegram_whitelist`.
struct telegram_whitelist_entry {
  std::string id;
  std::string chat_id;
  std::optional<std::string> user_id; ///< whose rights the chat has; empty: none, it may be written to only
  std::optional<std::string> label;
};
BOOST_DESCRIBE_STRUCT(telegram_whitelist_entry, (), (id, chat_id, user_id, label))

/// One row of `telegram_triggers`.
struct telegram_trigger {
  std::string id;
  std::string trigger_word; ///< one or more words, all of which must be there
  std::string agent_id;
  std::optional<std::string> user_id; ///< of whose chats; empty: of all
  bool enabled = true;
  std::optional<base::timestamp> created_at;
};
BOOST_DESCRIBE_STRUCT(telegram_trigger, (), (id, trigger_word, agent_id, user_id, enabled, created_at))

/// How the bot is doing.
enum class telegram_state { off, connecting, on, second_poller, refused, unreachable };
BOOST_DESCRIBE_ENUM(telegram_state, off, connecting, on, second_poller, refused, unreachable)

struct telegram_status {
  telegram_state state = telegram_state::off;
  std::string detail;   ///< one sentence, where something is wrong
  std::string username; ///< the bot's, without @
  bool by_webhook = false;
  std::optional<base::timestamp> alive_at; ///< when Telegram answered last
  std::optional<base::timestamp> update_at;
  std::int64_t updates = 0; ///< since the start
};
BOOST_DESCRIBE_STRUCT(telegram_status, (), (state, detail, username, by_webhook, alive_at, update_at, updates))

} // namespace records
