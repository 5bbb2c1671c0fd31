#pragma once

#include "actors/triggers/telegram_chat.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace actors {

struct telegram_settings {
  std::chrono::seconds poll_time{25};  ///< how long Telegram holds an empty answer
  std::chrono::seconds first_retry{1}; ///< twice as long after each further failure
  std::chrono::seconds longest_retry{60};
  std::chrono::seconds conflict_retry{15}; ///< while somebody else polls
  std::chrono::seconds watch_every{30};    ///< by webhook: how often it looks whether Telegram is there
};

/// The bot: takes updates from Telegram, by asking or by webhook, and hands each to the actor of its chat. The whitelist
/// comes before everything: of other chats it is kept only that they wrote.
///
/// An update is confirmed to Telegram when what came of it is committed. What comes twice is known by its update_id.
class telegram_bot : public engine::observed<messages::telegram_bot_actor::base> {
public:
  telegram_bot(caf::actor_config& cfg, engine::place at, std::shared_ptr<telegram_services> services,
               base::secret webhook_secret, telegram_settings settings = {});
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  using promise = caf::typed_response_promise<messages::done>;

  /// What one question was answered, until all of it is taken.
  struct update_batch {
    std::map<std::string, std::deque<records::telegram_update>> chats;
    std::int64_t last_id = 0;
    std::size_t open = 0; ///< chats with some left
    bool failed = false;
  };

  void restarted() override;
  caf::result<messages::done> reload();
  void connect();
  void connected(const telegram::answer& me);
  void set_up_webhook();
  void poll();
  void polled(const telegram::answer& a);
  void take_all(std::vector<records::telegram_update> updates);
  void take_next(std::shared_ptr<update_batch> batch, const std::string& chat_id, int tries);
  void give_up(std::shared_ptr<update_batch> batch, const std::string& chat_id);
  void take(const records::telegram_update& u, std::function<void(bool taken)> then);
  caf::result<messages::done> pushed(const messages::telegram_pushed& m);
  caf::result<messages::bot_checked> check(const messages::check_bot& m);
  void wait(std::chrono::milliseconds time);
  void not_well(records::telegram_state state, std::string why);
  messages::telegram_chat_actor& chat(const std::string& chat_id);
  void call(const telegram::bot& bot, std::string_view method, boost::json::object arguments,
            std::function<void(const telegram::answer&)> then, std::chrono::seconds time = std::chrono::seconds{30});

  std::shared_ptr<telegram_services> services_;
  base::secret webhook_secret_;
  telegram_settings settings_;
  telegram::bot bot_;       ///< that is in use
  std::string webhook_url_; ///< empty: it asks
  int generation_ = 0;      ///< of the bot in use
  int failures_ = 0;        ///< in a row
  std::int64_t offset_ = 0; ///< of the next update; 0: not known, Telegram gives all that is not confirmed
  base::timestamp last_update_{};
  base::timestamp asked_at_{};         ///< getUpdates
  std::map<std::int64_t, int> failed_; ///< updates that could not be taken, in how many batches
  records::telegram_status status_;
  std::map<std::string, messages::telegram_chat_actor> chats_; ///< bounded by the whitelist
};

} // namespace actors
