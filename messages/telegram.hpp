#pragma once

#include "messages/common.hpp"
#include "messages/records/telegram.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace messages {

/// Something was written in a chat. Sent by the bot.
struct take_update {
  records::telegram_update update;
};
BOOST_DESCRIBE_STRUCT(take_update, (), (update))

/// A chat's own tick while something goes on in it.
struct look_at_chat {};
BOOST_DESCRIBE_STRUCT(look_at_chat, (), ())

/// One chat with the bot.
using telegram_chat_actor = caf::typed_actor<
  /// What came of it is committed.
  caf::replies_to<take_update>::with<done>, caf::reacts_to<look_at_chat>>;

/// Settings, whitelist or triggers changed in the database.
struct reload_telegram {};
BOOST_DESCRIBE_STRUCT(reload_telegram, (), ())

struct get_telegram {};
BOOST_DESCRIBE_STRUCT(get_telegram, (), ())
struct telegram_told {
  records::telegram_status status;
};
BOOST_DESCRIBE_STRUCT(telegram_told, (), (status))

/// Telegram has delivered an update to our webhook.
struct telegram_pushed {
  base::secret secret; ///< X-Telegram-Bot-Api-Secret-Token
  base::untrusted_text body;
};
BOOST_DESCRIBE_STRUCT(telegram_pushed, (), (secret, body))

/// Whether Telegram knows a bot of that token.
struct check_bot {
  base::secret token;
};
BOOST_DESCRIBE_STRUCT(check_bot, (), (token))
struct bot_checked {
  std::string username; ///< without @
};
BOOST_DESCRIBE_STRUCT(bot_checked, (), (username))

/// The bot's own: it is time to ask Telegram.
struct poll_telegram {
  int generation = 0; ///< of an older one is nothing
};
BOOST_DESCRIBE_STRUCT(poll_telegram, (), (generation))

using telegram_bot_actor = caf::typed_actor<
  /// Answered when the rules are in force; a changed bot connects after that.
  caf::replies_to<reload_telegram>::with<done>, caf::replies_to<get_telegram>::with<telegram_told>,
  /// Committed. denied: the secret is not ours; unavailable.
  caf::replies_to<telegram_pushed>::with<done>,
  /// invalid: Telegram refuses it; unavailable: it cannot be reached.
  caf::replies_to<check_bot>::with<bot_checked>, caf::reacts_to<poll_telegram>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(telegram_messages, first_custom_type_id + 850)
CAF_ADD_TYPE_ID(telegram_messages, (messages::take_update))
CAF_ADD_TYPE_ID(telegram_messages, (messages::look_at_chat))
CAF_ADD_TYPE_ID(telegram_messages, (messages::reload_telegram))
CAF_ADD_TYPE_ID(telegram_messages, (messages::get_telegram))
CAF_ADD_TYPE_ID(telegram_messages, (messages::telegram_told))
CAF_ADD_TYPE_ID(telegram_messages, (messages::telegram_pushed))
CAF_ADD_TYPE_ID(telegram_messages, (messages::check_bot))
CAF_ADD_TYPE_ID(telegram_messages, (messages::bot_checked))
CAF_ADD_TYPE_ID(telegram_messages, (messages::poll_telegram))
CAF_END_TYPE_ID_BLOCK(telegram_messages)
