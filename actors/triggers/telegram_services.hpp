#pragma once

#include "actors/system/tree.hpp"
#include "base/clock.hpp"
#include "base/shared_value.hpp"
#include "clients/telegram/bot_api.hpp"
#include "config/runtime_settings.hpp"
#include "messages/db.hpp"
#include "messages/events.hpp"
#include "messages/http.hpp"
#include "messages/outbox.hpp"
#include "messages/records/provider.hpp"
#include "messages/runs.hpp"
#include "storage/telegram.hpp"

#include <memory>
#include <string>

namespace actors {

/// What the bot and its chats work with.
struct telegram_services {
  actors::tree tree;
  messages::db_pool_actor db;
  messages::journal_actor journal;
  messages::run_supervisor_actor supervisor;
  messages::outbox_actor outbox;
  messages::http_client_actor http;
  messages::event_hub_actor hub;
  base::clock_ptr clock;
  std::shared_ptr<const base::shared_value<config::runtime_settings>> settings;
  std::shared_ptr<const base::shared_value<records::user_profiles>> profiles;
  std::shared_ptr<base::shared_value<storage::telegram::rules>> rules
    = std::make_shared<base::shared_value<storage::telegram::rules>>(); ///< set by the bot
  std::shared_ptr<base::shared_value<std::string>> bot_name
    = std::make_shared<base::shared_value<std::string>>(); ///< set by the bot: its username

  /// As the settings say; without a token there is none.
  [[nodiscard]] telegram::bot bot() const {
    const auto now = settings->get();
    return {now->telegram_base_url, now->telegram_bot_token};
  }
};

} // namespace actors
