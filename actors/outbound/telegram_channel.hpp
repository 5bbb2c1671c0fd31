#pragma once

#include "actors/outbound/delivery_channel.hpp"
#include "clients/telegram/bot_api.hpp"

#include <map>
#include <set>
#include <string>

namespace actors {

/// Messages to Telegram chats: the lane is the chat's id. Bodies are `{text, buttons?}`, text in Markdown and buttons as
/// `[[{text, data}]]`, or the end of a run. A long text goes out in several parts.
class telegram_channel : public delivery_channel {
public:
  struct setup {
    telegram::bot bot;
    std::set<std::string> allowed; ///< chats that may be written to
  };

  void use(setup s) { setup_ = std::move(s); }

  [[nodiscard]] std::variant<net::request, verdict> request_for(const records::outbox_record& row, bool plain) override;
  [[nodiscard]] verdict read(const records::outbox_record& row, const net::response& answer) override;
  [[nodiscard]] std::chrono::milliseconds spacing(const records::outbox_record& row) const override;

private:
  setup setup_;
  std::string flooded_; ///< the chat whose flood limit was met last; another one means that it is the bot's
};

} // namespace actors
