#include "actors/triggers/telegram_bot.hpp"

#include "actors/storage/db_pool.hpp"
#include "base/ids.hpp"
#include "clients/telegram/updates.hpp"
#include "messages/errors.hpp"
#include "messages/journal.hpp"
#include "security/crypto.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace actors {

namespace {

namespace json = boost::json;
using records::telegram_state;

constexpr std::chrono::seconds quickest_answer{1}; ///< of a question to which there is nothing to say
constexpr int most_batches = 3;                    ///< in which an update may fail so; then it is given up
constexpr int most_tries = 5; ///< of one update that cannot be stored; then it waits for Telegram to send it again
/// After a week without any, Telegram goes on with another number (https://core.telegram.org/bots/api#update).
constexpr std::chrono::hours numbers_hold{24 * 6};

json::array wanted_updates() { return {"message", "callback_query"}; }

json::array commands() {
  json::array out;
  for (const auto& [name, what] : {std::pair{"help", "What I can do"},
                                   {"agents", "Your agents"},
                                   {"run", "Runs an agent: /run NAME text"},
                                   {"status", "What goes on"},
                                   {"stop", "Stops what this chat has started"},
                                   {"pause", "Stops everything"},
                                   {"resume", "Goes on"},
                                   {"start", "A new conversation"}})
    out.push_back(json::object{{"command", name}, {"description", what}});
  return out;
}

} // namespace

telegram_bot::telegram_bot(caf::actor_config& cfg, engine::place at, std::shared_ptr<telegram_services> services,
                           base::secret webhook_secret, telegram_settings settings)
  : observed(cfg, std::move(at)), services_(std::move(services)), webhook_secret_(std::move(webhook_secret)),
    settings_(settings) {
  set_down_handler([this](const caf::down_msg& m) {
    std::erase_if(chats_, [&](const auto& item) { return item.second.address() == m.source; });
  });
}

telegram_bot::behavior_type telegram_bot::make_behavior() {
  return {
    [this](messages::reload_telegram) { return reload(); },
    [this](messages::get_telegram) { return messages::telegram_told{status_}; },
    [this](const messages::telegram_pushed& m) { return pushed(m); },
    [this](const messages::check_bot& m) { return check(m); },
    [this](messages::poll_telegram m) {
      if (m.generation != generation_ || bot_.token.empty())
        return;
      if (status_.username.empty())
        connect();
      else if (webhook_url_.empty())
        poll();
      else
        set_up_webhook();
    },
  };
}

void telegram_bot::on_exit() {
  for (auto& [id, chat] : chats_)
    send_exit(chat, caf::exit_reason::user_shutdown);
  chats_.clear();
}

void telegram_bot::restarted() {
  ++generation_;
  bot_ = {};
  offset_ = 0;
  caf::anon_send(this, messages::reload_telegram{});
}

/// Rules first; another bot, or another way to reach it, begins afresh.
caf::result<messages::done> telegram_bot::reload() {
  auto done = make_response_promise<messages::done>();
  struct loaded {
    storage::telegram::rules rules;
    std::vector<std::string> busy;
  };
  request(services_->db, caf::infinite,
          make_job("telegram.load",
                   [](storage::session& s) {
                     return loaded{storage::telegram::load_rules(s), storage::telegram::busy_chats(s)};
                   }))
    .then(
      [this, done](const messages::db_result& r) mutable {
        const auto& found = std::any_cast<const loaded&>(r.value);
        services_->rules->set(found.rules);
        const auto fresh = services_->bot();
        const auto url = services_->settings->get()->telegram_webhook_url;
        if (fresh.base_url != bot_.base_url || fresh.token.reveal() != bot_.token.reveal() || url != webhook_url_) {
          ++generation_;
          bot_ = fresh;
          webhook_url_ = url;
          offset_ = 0;
          failures_ = 0;
          status_ = {};
          status_.by_webhook = !url.empty();
          services_->bot_name->set({});
          if (!bot_.token.empty()) {
            status_.state = telegram_state::connecting;
            connect();
            for (const auto& id : found.busy)
              chat(id); // it goes on where it was
          }
        }
        done.deliver(messages::done{});
      },
      [done](caf::error& e) mutable {
        spdlog::error("telegram_not_loaded error={}", messages::to_failure(e).message);
        done.deliver(std::move(e));
      });
  return done;
}

// --- the connection -------------------------------------------------------------------------------------------------

void telegram_bot::call(const telegram::bot& bot, std::string_view method, json::object arguments,
                        std::function<void(const telegram::answer&)> then, std::chrono::seconds time) {
  request(services_->http, caf::infinite,
          messages::fetch_http{std::make_shared<const net::request>(telegram::call(bot, method, arguments, time))})
    .then([bot, then](const messages::http_answer& m) { then(telegram::read(bot, *m.response)); },
          [then](const caf::error& e) {
            then({telegram::meaning::away, nullptr, messages::to_failure(e).message, {}});
          });
}

void telegram_bot::connect() {
  call(bot_, "getMe", {}, [this, g = generation_](const telegram::answer& a) {
    if (g == generation_)
      connected(a);
  });
}

void telegram_bot::connected(const telegram::answer& me) {
  if (me.meaning != telegram::meaning::ok) {
    not_well(me.meaning == telegram::meaning::bad_token ? telegram_state::refused : telegram_state::unreachable,
             me.description);
    return;
  }
  const auto* object = me.result.if_object();
  const auto* name = object == nullptr ? nullptr : object->if_contains("username");
  status_.username = name != nullptr && name->is_string() ? std::string(name->get_string()) : std::string("bot");
  services_->bot_name->set(status_.username);
  status_.alive_at = services_->clock->now();
  const auto nothing = [](const telegram::answer&) {};
  call(bot_, "setMyCommands", {{"commands", commands()}}, nothing);
  if (!webhook_url_.empty())
    return set_up_webhook();
  call(bot_, "deleteWebhook", {}, [this, g = generation_](const telegram::answer&) {
    if (g != generation_)
      return;
    status_.state = telegram_state::on;
    poll();
  });
}

/// Set once; then it looks whether Telegram is content.
void telegram_bot::set_up_webhook() {
  if (status_.state != telegram_state::on) {
    call(bot_, "setWebhook",
         {{"url", webhook_url_ + "/telegram/update"},
          {"secret_token", webhook_secret_.reveal()},
          {"allowed_updates", wanted_updates()}},
         [this, g = generation_](const telegram::answer& a) {
           if (g != generation_)
             return;
           if (a.meaning != telegram::meaning::ok)
             return not_well(telegram_state::unreachable, a.description);
           status_.state = telegram_state::on;
           status_.detail.clear();
           status_.alive_at = services_->clock->now();
           wait(settings_.watch_every);
         });
    return;
  }
  call(bot_, "getWebhookInfo", {}, [this, g = generation_](const telegram::answer& a) {
    if (g != generation_)
      return;
    if (a.meaning != telegram::meaning::ok)
      return not_well(telegram_state::unreachable, a.description);
    status_.alive_at = services_->clock->now();
    const auto* object = a.result.if_object();
    const auto* error = object == nullptr ? nullptr : object->if_contains("last_error_message");
    status_.detail = error != nullptr && error->is_string()
                       ? "Telegram could not deliver last: " + std::string(error->get_string())
                       : std::string{};
    wait(settings_.watch_every);
  });
}

void telegram_bot::wait(std::chrono::milliseconds time) {
  delayed_send(this, time, messages::poll_telegram{generation_});
}

void telegram_bot::not_well(telegram_state state, std::string why) {
  if (status_.state != state)
    spdlog::warn("telegram state={} reason=\"{}\"", base::enum_name(state), why);
  status_.state = state;
  status_.detail = std::move(why);
  const auto retry = settings_.first_retry * (1 << std::min(failures_++, 6));
  wait(state == telegram_state::second_poller ? settings_.conflict_retry : std::min(retry, settings_.longest_retry));
}

void telegram_bot::poll() {
  const auto now = services_->clock->now();
  if (last_update_ != base::timestamp{} && now - last_update_ > numbers_hold)
    offset_ = 0;
  asked_at_ = now;
  // After a failure it is to be seen soon whether all is well again.
  const auto time = failures_ > 0 ? std::chrono::seconds{0} : settings_.poll_time;
  json::object arguments{{"timeout", time.count()}, {"limit", 100}, {"allowed_updates", wanted_updates()}};
  if (offset_ != 0)
    arguments["offset"] = offset_;
  call(
    bot_, "getUpdates", std::move(arguments),
    [this, g = generation_](const telegram::answer& a) {
      if (g == generation_)
        polled(a);
    },
    settings_.poll_time + std::chrono::seconds{15});
}

void telegram_bot::polled(const telegram::answer& a) {
  using enum telegram::meaning;
  switch (a.meaning) {
  case ok: break;
  case second_poller:
    return not_well(telegram_state::second_poller,
                    "Another program takes this bot's updates. Stop it, or give it a bot of its own. (" + a.description
                      + ")");
  case bad_token: return not_well(telegram_state::refused, a.description);
  case flood: return wait(a.retry_after);
  default: return not_well(telegram_state::unreachable, a.description);
  }
  failures_ = 0;
  status_.state = telegram_state::on;
  status_.detail.clear();
  status_.alive_at = services_->clock->now();
  std::vector<records::telegram_update> updates;
  if (a.result.is_array())
    for (const auto& item : a.result.get_array())
      if (auto u = telegram::read_update(item))
        updates.push_back(std::move(*u));
  std::ranges::sort(updates, {}, &records::telegram_update::update_id);
  take_all(std::move(updates));
}

/// Chats side by side, in each one after the other; the next question confirms all.
void telegram_bot::take_all(std::vector<records::telegram_update> updates) {
  if (updates.empty()) // a server that does not hold the question is not asked a thousand times a second
    return services_->clock->now() - asked_at_ < quickest_answer ? wait(quickest_answer) : poll();
  auto batch = std::make_shared<update_batch>();
  batch->last_id = updates.back().update_id;
  for (auto& u : updates)
    batch->chats[u.chat_id].push_back(std::move(u));
  batch->open = batch->chats.size();
  for (const auto& [id, waiting] : batch->chats)
    take_next(batch, id, 0);
}

/// One that cannot be taken must not hold up the others for ever: it is stored as failed.
void telegram_bot::give_up(std::shared_ptr<update_batch> batch, const std::string& chat_id) {
  const auto& u = batch->chats.at(chat_id).front();
  records::trigger_event event;
  event.id = base::new_id();
  event.source = "telegram";
  event.source_id = u.chat_id;
  event.source_name = u.chat_title;
  event.dedupe_key = std::to_string(u.update_id);
  event.content_type = "text/plain";
  event.body = u.text;
  event.outcome = "failed: it could not be taken in again and again; see the server's log";
  event.received_at = services_->clock->now();
  spdlog::error("telegram_update_given_up update={} chat={}", u.update_id, chat_id);
  const auto go_on = [this, batch, chat_id](bool stored) {
    auto& rest = batch->chats.at(chat_id);
    if (stored) {
      failed_.erase(rest.front().update_id);
      rest.pop_front();
    } else {
      batch->failed = true;
      rest.clear();
    }
    take_next(batch, chat_id, 0);
  };
  request(services_->journal, caf::infinite, messages::store_event{std::move(event)})
    .then([go_on](messages::done) { go_on(true); }, [go_on](const caf::error&) { go_on(false); });
}

void telegram_bot::take_next(std::shared_ptr<update_batch> batch, const std::string& chat_id, int tries) {
  auto& waiting = batch->chats.at(chat_id);
  if (!waiting.empty())
    return take(waiting.front(), [this, g = generation_, batch, chat_id, tries](bool taken) {
      if (g != generation_)
        return;
      auto& rest = batch->chats.at(chat_id);
      if (taken) {
        rest.pop_front();
        return take_next(batch, chat_id, 0);
      }
      if (tries + 1 < most_tries)
        return take_next(batch, chat_id, tries + 1);
      if (++failed_[rest.front().update_id] >= most_batches)
        return give_up(batch, chat_id);
      batch->failed = true; // nothing is confirmed; Telegram sends all again, and what was taken is known
      rest.clear();
      take_next(batch, chat_id, 0);
    });
  if (--batch->open > 0)
    return;
  if (batch->failed)
    return not_well(telegram_state::unreachable, "What came could not be stored; it is asked for again.");
  failed_.clear();
  offset_ = batch->last_id + 1;
  last_update_ = services_->clock->now();
  poll();
}

// --- one update -----------------------------------------------------------------------------------------------------

void telegram_bot::take(const records::telegram_update& u, std::function<void(bool)> then) {
  ++status_.updates;
  status_.update_at = services_->clock->now();
  if (u.chat_id.empty())
    return then(true);
  const auto rules = services_->rules->get();
  const bool allowed = std::ranges::any_of(rules->whitelist, [&](const auto& w) { return w.chat_id == u.chat_id; });
  request(services_->db, caf::infinite,
          make_job("telegram.seen",
                   [u, now = services_->clock->now()](storage::session& s) { storage::telegram::seen(s, u, now); }))
    .then([](const messages::db_result&) {},
          [](const caf::error& e) { spdlog::warn("chat_not_noted error={}", messages::to_failure(e).message); });
  if (!allowed) // silence
    return then(true);
  request(chat(u.chat_id), std::chrono::minutes{5}, messages::take_update{u})
    .then([then](messages::done) { then(true); }, [then](const caf::error&) { then(false); });
}

messages::telegram_chat_actor& telegram_bot::chat(const std::string& chat_id) {
  auto& at = chats_[chat_id];
  if (!at) {
    at = spawn<telegram_chat>(services_->tree.work("/triggers/telegram_chat/" + chat_id, "telegram_chat"), services_,
                              chat_id);
    monitor(at);
  }
  return at;
}

caf::result<messages::done> telegram_bot::pushed(const messages::telegram_pushed& m) {
  if (bot_.token.empty() || webhook_url_.empty()
      || !security::constant_time_equal(webhook_secret_.reveal(), m.secret.reveal()))
    return messages::to_error({base::errc::denied, "This is not Telegram's."});
  std::string error;
  const auto body = base::parse_json(m.body.str(), error);
  const auto u = body ? telegram::read_update(*body) : std::nullopt;
  if (!u)
    return messages::to_error({base::errc::invalid, "This is no update."});
  status_.alive_at = services_->clock->now();
  auto done = make_response_promise<messages::done>();
  take(*u, [done](bool taken) mutable {
    if (taken)
      done.deliver(messages::done{});
    else
      done.deliver(messages::to_error({base::errc::unavailable, "It could not be stored; send it again."}));
  });
  return done;
}

caf::result<messages::bot_checked> telegram_bot::check(const messages::check_bot& m) {
  if (!telegram::is_token(m.token.reveal()))
    return messages::to_error({base::errc::invalid, "A token is digits, a colon and letters, as @BotFather gives it."});
  auto done = make_response_promise<messages::bot_checked>();
  telegram::bot other{services_->settings->get()->telegram_base_url, m.token};
  call(other, "getMe", {}, [done](const telegram::answer& a) mutable {
    if (a.meaning == telegram::meaning::ok) {
      const auto* object = a.result.if_object();
      const auto* name = object == nullptr ? nullptr : object->if_contains("username");
      done.deliver(
        messages::bot_checked{name != nullptr && name->is_string() ? std::string(name->get_string()) : std::string{}});
    } else {
      const bool refused = a.meaning == telegram::meaning::bad_token;
      done.deliver(
        messages::to_error({refused ? base::errc::invalid : base::errc::unavailable,
                            (refused ? "Telegram refuses it: " : "Telegram could not be asked: ") + a.description}));
    }
  });
  return done;
}

} // namespace actors
