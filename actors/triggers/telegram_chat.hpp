#pragma once

#include "actors/triggers/telegram_services.hpp"
#include "messages/telegram.hpp"

#include <caf/typed_response_promise.hpp>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace actors {

/// One chat with the bot that is on the whitelist: commands, trigger words, and turns with the assistant or an agent, one
/// after the other. What is said is stored as an event, in one transaction with the run that it starts; the end of a run
/// is told by the outbox. While runs go on it shows that somebody types, and asks what they ask.
///
/// It ends by itself when nothing has happened for a while; the bot makes it anew.
class telegram_chat : public engine::observed<messages::telegram_chat_actor::base> {
public:
  telegram_chat(caf::actor_config& cfg, engine::place at, std::shared_ptr<const telegram_services> services,
                std::string chat_id);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  using promise = caf::typed_response_promise<messages::done>;

  /// A run whose end is told here.
  struct live_run {
    std::optional<std::string> conversation_id;
    base::timestamp since{};
    std::int64_t progress_id = 0; ///< of the message that shows how far it is
    std::string progress;         ///< what that says
    bool progress_sent = false;
  };

  caf::result<messages::done> take(messages::take_update m);
  void take_text(const records::telegram_update& u, promise reply);
  void command(const records::telegram_update& u, std::string_view word, std::string_view rest, promise reply);
  void stop_all(const records::telegram_update& u, const std::vector<storage::telegram::chat_run>& runs,
                std::string outcome, promise reply);
  void tell_status(const records::telegram_update& u, std::size_t runs, std::string outcome, promise reply);
  void run_named(const records::telegram_update& u, std::string_view rest, promise reply);
  void start_agent(const records::telegram_update& u, const std::string& agent_id, bool by_trigger, std::string message,
                   promise reply);
  void start_turn(records::trigger_event event, promise reply);
  void fetch_files(records::trigger_event event, std::string conversation_id, std::string model,
                   std::vector<records::telegram_file> files, std::vector<records::attachment_head> have,
                   std::vector<std::string> complaints, promise reply);
  void say_turn(records::trigger_event event, std::string conversation_id, std::string model,
                std::vector<records::attachment_head> files, promise reply);
  void press(const records::telegram_update& u, promise reply);
  void ignore(const records::telegram_update& u, std::string outcome, promise reply);
  void answer(const records::telegram_update& u, std::string text, std::string outcome, promise reply);
  void say(std::string id, std::string text);
  void send_out(std::string id, boost::json::object body, std::function<void()> then, promise reply);
  void store(records::trigger_event event, promise reply);
  void end_event(records::trigger_event event, std::string outcome, promise reply);
  void failed(promise& reply, const caf::error& e);

  void watch(const std::string& run_id, std::optional<std::string> conversation_id);
  void look_in(std::chrono::milliseconds time);
  void look();
  void looked(const std::any& found);
  void show_progress(const std::string& run_id, live_run& run);
  void call(std::string_view method, boost::json::object arguments,
            std::function<void(const telegram::answer&)> then = {});

  [[nodiscard]] std::vector<std::string> users() const;
  [[nodiscard]] std::optional<std::string> user() const;
  [[nodiscard]] records::trigger_event event_of(const records::telegram_update& u) const;
  [[nodiscard]] boost::json::value reply_to() const;

  std::shared_ptr<const telegram_services> services_;
  std::string chat_id_;
  std::map<std::string, live_run> live_;
  std::set<std::string> asked_; ///< confirmations
  bool looking_ = false;
  base::timestamp next_look_{};
  bool starting_ = false; ///< a waiting message becomes a turn
  int idle_looks_ = 0;
  base::timestamp quiet_until_{}; ///< no typing and no progress, as Telegram asked
};

} // namespace actors
