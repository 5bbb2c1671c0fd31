#include "storage/telegram.hpp"
#include "base/ids.hpp"
#include "http/routes/all.hpp"
#include "storage/agents.hpp"
#include "storage/outbox.hpp"
#include "storage/trigger_events.hpp"
#include "storage/users.hpp"

#include <algorithm>
#include <span>

/// Telegram: how the bot is doing, its chats, who may write, and which words start which agent.
namespace http::routes {
namespace {

namespace rows = storage::telegram;

struct allowed_user {
  std::string entry_id;
  std::optional<std::string> user_id;
};
BOOST_DESCRIBE_STRUCT(allowed_user, (), (entry_id, user_id))

struct chat_view {
  std::string chat_id;
  std::string kind;
  std::string title;
  std::string username;
  base::timestamp first_seen_at{};
  base::timestamp last_seen_at{};
  std::int64_t messages = 0;
  std::optional<std::string> agent_id;
  std::optional<std::string> conversation_id; ///< for those whose rights the chat has
  std::vector<allowed_user> allowed;          ///< none: a stranger
};
BOOST_DESCRIBE_STRUCT(chat_view, (),
                      (chat_id, kind, title, username, first_seen_at, last_seen_at, messages, agent_id, conversation_id,
                       allowed))

/// A line of what was said, in or out.
struct said {
  std::string id;
  base::timestamp at{};
  bool from_us = false;
  std::string text;    ///< untrusted where it came in; its beginning
  std::string outcome; ///< queued, waiting, ignored and why; of ours: waiting, sent, dead
  std::optional<std::string> run_id;
  std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(said, (), (id, at, from_us, text, outcome, run_id, error))

std::vector<chat_view> list_chats(call& c) {
  struct both {
    std::vector<records::telegram_chat_record> chats;
    std::vector<records::telegram_whitelist_entry> entries;
  };
  const auto found = c.db("telegram.chats", [by = c.viewer(), page = c.page()](storage::session& s) {
    return both{rows::chats(s, by, page), rows::whitelist(s, by)};
  });
  std::vector<chat_view> out;
  for (const auto& r : found.chats) {
    chat_view view{r.chat_id,      r.kind,     r.title,    r.username, r.first_seen_at,
                   r.last_seen_at, r.messages, r.agent_id, {},         {}};
    for (const auto& e : found.entries)
      if (e.chat_id == r.chat_id)
        view.allowed.push_back({e.id, e.user_id});
    if (std::ranges::any_of(view.allowed, [&](const auto& a) { return a.user_id == c.by.who.user_id; }))
      view.conversation_id = r.conversation_id;
    out.push_back(std::move(view));
  }
  return out;
}

/// The chat, when its writing is the caller's or he is an administrator.
void must_see_chat(const call& c, const std::string& chat_id) {
  const auto entries
    = c.db("telegram_whitelist.list", [by = c.viewer()](storage::session& s) { return rows::whitelist(s, by); });
  if (!c.by.is_admin()
      && std::ranges::find(entries, chat_id, &records::telegram_whitelist_entry::chat_id) == entries.end())
    throw problem(404, "There is no such chat, or it is not yours.");
}

std::vector<said> history(call& c) {
  must_see_chat(c, c.parameter());
  // What a chat with another user's rights says is his alone.
  const auto entries = c.db("telegram_whitelist.all", [](storage::session& s) {
    return rows::whitelist(s, {{}, records::user_role::admin});
  });
  const bool is_anothers
    = std::ranges::any_of(
        entries,
        [&](const auto& e) { return e.chat_id == c.parameter() && e.user_id && *e.user_id != c.by.who.user_id; })
      && std::ranges::none_of(
        entries, [&](const auto& e) { return e.chat_id == c.parameter() && e.user_id == c.by.who.user_id; });
  const records::page page{100, {}};
  struct both {
    std::vector<storage::trigger_events::seen> in;
    std::vector<records::outbox_record> out;
  };
  const auto found = c.db("telegram.history", [id = c.parameter(), page](storage::session& s) {
    return both{storage::trigger_events::list(s, "telegram", id, page),
                storage::outbox::list(s, records::outbox_channel::telegram, id, page)};
  });
  std::vector<said> out;
  for (const auto& e : found.in)
    out.push_back({e.id, e.received_at, false, is_anothers ? std::string{} : e.excerpt, e.outcome, e.run_id, {}});
  for (const auto& r : found.out) {
    const auto* body = r.body.if_object();
    const auto* text = body == nullptr ? nullptr : body->if_contains("text");
    const auto* data = body == nullptr ? nullptr : body->if_contains("data");
    if (text == nullptr && data != nullptr && data->is_object())
      text = data->get_object().if_contains("result");
    out.push_back({r.id, r.created_at, true,
                   !is_anothers && text != nullptr && text->is_string()
                     ? std::string(text->get_string()).substr(0, 2000)
                     : std::string{},
                   std::string(base::enum_name(r.state)), r.run_id, r.last_error});
  }
  std::ranges::stable_sort(out, std::ranges::greater{}, &said::at);
  return out;
}

struct chat_body {
  std::optional<std::string> agent_id;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "agent_id", .help = "who answers; null: the assistant", .max = 100}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(chat_body, (), (agent_id))

action_done change_chat(call& c, const chat_body& body) {
  must_see_chat(c, c.parameter());
  if (body.agent_id && !c.db("agents.find", [by = c.viewer(), id = *body.agent_id](storage::session& s) {
        return storage::agents::find(s, by, id);
      }))
    throw problem::field("agent_id", "is not an agent of yours");
  must_be_found(c.db("telegram.set_agent", [id = c.parameter(), agent = body.agent_id](
                                             storage::session& s) { return rows::set_agent(s, id, agent); }),
                "chat");
  return {};
}

// --- whitelist ------------------------------------------------------------------------------------------------------

struct allow_body {
  std::string chat_id;
  std::optional<std::string> user_id;
  bool for_all = false;
  std::optional<std::string> label;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "chat_id", .help = "a number, as the list of chats shows it", .required = true, .min = 1, .max = 64},
         {.name = "user_id", .help = "whose rights the chat gets; left out: yours"},
         {.name = "for_all", .help = "in place of user_id: nobody's rights; all may write to it"},
         {.name = "label", .max = 200}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(allow_body, (), (chat_id, user_id, for_all, label))

void reload(const call& c) {
  call::check(c.with.engine->telegram_changed());
  call::check(c.with.engine->outbox_changed());
}

std::vector<records::telegram_whitelist_entry> list_allowed(call& c) {
  return c.db("telegram_whitelist.list", [by = c.viewer()](storage::session& s) { return rows::whitelist(s, by); });
}

/// By administrators only: whoever could allow a chat for himself would read what others say in it.
records::telegram_whitelist_entry allow(call& c, const allow_body& body) {
  const auto digits = body.chat_id.starts_with('-') ? body.chat_id.substr(1) : body.chat_id;
  if (digits.empty() || digits.size() > 20
      || !std::ranges::all_of(digits, [](char ch) { return ch >= '0' && ch <= '9'; }))
    throw problem::field("chat_id", "must be a number, such as 123456789 or, of a group, -1001234567890");
  records::telegram_whitelist_entry row{base::new_id(), body.chat_id, body.user_id.value_or(c.by.who.user_id),
                                        body.label};
  if (body.for_all)
    row.user_id.reset();
  else if (!c.db("users.find", [id = *row.user_id](storage::session& s) { return storage::users::find(s, id); }))
    throw problem::field("user_id", "is not a user");
  c.db("telegram_whitelist.create", [row](storage::session& s) { rows::allow(s, row); });
  reload(c);
  return row;
}

nothing disallow(call& c) {
  must_be_found(c.db("telegram_whitelist.remove",
                     [by = c.viewer(), id = c.parameter()](storage::session& s) { return rows::disallow(s, by, id); }),
                "entry");
  reload(c);
  return {};
}

// --- trigger words --------------------------------------------------------------------------------------------------

struct trigger_body {
  std::string trigger_word;
  std::string agent_id;
  bool enabled = true;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "trigger_word",
          .help = "one or more words; all must be in a message",
          .required = true,
          .min = 1,
          .max = 200},
         {.name = "agent_id", .help = "an agent of yours", .required = true, .min = 1, .max = 100}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(trigger_body, (), (trigger_word, agent_id, enabled))

void set(const call& c, const trigger_body& body, records::telegram_trigger& row) {
  if (std::ranges::none_of(body.trigger_word, [](char ch) {
        return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9')
               || static_cast<unsigned char>(ch) >= 0x80;
      }))
    throw problem::field("trigger_word", "must hold a word");
  const auto agent = c.db("agents.find", [by = c.viewer(), id = body.agent_id](storage::session& s) {
    return storage::agents::find(s, by, id);
  });
  if (!agent || (agent->owner_user_id && agent->owner_user_id != row.user_id && row.user_id)
      || (!agent->owner_user_id && !c.by.is_admin()))
    throw problem::field("agent_id", "is not an agent of yours");
  row.trigger_word = body.trigger_word;
  row.agent_id = body.agent_id;
  row.enabled = body.enabled;
}

std::vector<records::telegram_trigger> list_triggers(call& c) {
  return c.db("telegram_triggers.list",
              [by = c.viewer(), page = c.page()](storage::session& s) { return rows::triggers(s, by, page); });
}

records::telegram_trigger create_trigger(call& c, const trigger_body& body) {
  records::telegram_trigger row;
  row.id = base::new_id();
  row.user_id = c.by.who.user_id;
  row.created_at = c.now();
  set(c, body, row);
  c.db("telegram_triggers.create", [row](storage::session& s) { rows::create_trigger(s, row); });
  reload(c);
  return row;
}

records::telegram_trigger change_trigger(call& c, const patch_of<trigger_body>& patch) {
  auto row
    = found(c.db("telegram_triggers.find",
                 [by = c.viewer(), id = c.parameter()](storage::session& s) { return rows::find_trigger(s, by, id); }),
            "trigger word");
  set(c, patch.applied_to(trigger_body{row.trigger_word, row.agent_id, row.enabled}), row);
  must_be_found(c.db("telegram_triggers.update",
                     [by = c.viewer(), row](storage::session& s) { return rows::update_trigger(s, by, row); }),
                "trigger word");
  reload(c);
  return row;
}

nothing remove_trigger(call& c) {
  must_be_found(c.db("telegram_triggers.remove", [by = c.viewer(), id = c.parameter()](
                                                   storage::session& s) { return rows::remove_trigger(s, by, id); }),
                "trigger word");
  reload(c);
  return {};
}

records::telegram_status status(call& c) { return call::value(c.with.engine->telegram()); }

/// Telegram itself, where the bot works by webhook.
void update(call& c) {
  constexpr std::size_t limit = 1024 * 1024;
  const base::secret secret{std::string(c.q.header("X-Telegram-Bot-Api-Secret-Token"))};
  if (secret.empty())
    throw problem(401, "This is Telegram's.");
  auto body = c.read_body(limit);
  if (const auto taken = c.with.engine->take_telegram(secret, base::untrusted_text(std::move(body))); !taken) {
    if (taken.error().code == base::errc::denied)
      throw problem(401, taken.error().message);
    throw problem_of(taken.error());
  }
  c.out.status = 200;
  c.out.content_type = "application/json";
  c.out.body = R"({"ok":true})";
}

} // namespace

void add_telegram(route_table& t) {
  constexpr scopes readers{scope::read, scope::run};
  t.add<records::telegram_status>(
    {.method = "GET", .path = "/api/telegram", .key_scopes = readers, .help = "How the Telegram bot is doing"}, status);
  t.add<std::vector<chat_view>>({.method = "GET",
                                 .path = "/api/telegram/chats",
                                 .key_scopes = readers,
                                 .help = "Chats that have written to the bot, the latest first: yours; of an "
                                         "administrator all, strangers too",
                                 .paged = true},
                                list_chats);
  t.add({.method = "PATCH",
         .path = "/api/telegram/chats/{id}",
         .key_scopes = {scope::run},
         .help = "Chooses who answers in a chat; a new conversation begins"},
        change_chat);
  t.add<std::vector<said>>({.method = "GET",
                            .path = "/api/telegram/chats/{id}/history",
                            .key_scopes = readers,
                            .help = "The last 200 messages of a chat, in and out, newest first; an administrator sees "
                                    "no texts of others"},
                           history);
  t.add<std::vector<records::telegram_whitelist_entry>>(
    {.method = "GET", .path = "/api/telegram/whitelist", .key_scopes = readers, .help = "Chats that are allowed"},
    list_allowed);
  t.add({.method = "POST",
         .path = "/api/telegram/whitelist",
         .who = access::admin,
         .key_scopes = {scope::admin},
         .help = "Allows a chat: it gets a user's rights",
         .status = 201},
        allow);
  t.add<nothing>({.method = "DELETE",
                  .path = "/api/telegram/whitelist/{id}",
                  .key_scopes = {scope::run},
                  .help = "Takes a chat off the list"},
                 disallow);
  t.add<std::vector<records::telegram_trigger>>({.method = "GET",
                                                 .path = "/api/telegram/triggers",
                                                 .key_scopes = readers,
                                                 .help = "Trigger words, newest first",
                                                 .paged = true},
                                                list_triggers);
  t.add({.method = "POST",
         .path = "/api/telegram/triggers",
         .key_scopes = {scope::run},
         .help = "Words of a message that start an agent",
         .status = 201},
        create_trigger);
  t.add({.method = "PATCH",
         .path = "/api/telegram/triggers/{id}",
         .key_scopes = {scope::run},
         .help = "Changes trigger words"},
        change_trigger);
  t.add<nothing>({.method = "DELETE",
                  .path = "/api/telegram/triggers/{id}",
                  .key_scopes = {scope::run},
                  .help = "Deletes trigger words"},
                 remove_trigger);
  t.add_raw({.method = "POST",
             .path = "/telegram/update",
             .who = access::open,
             .help = "Where Telegram delivers when the bot works by webhook; proved by its secret token",
             .body_limit = 1024 * 1024,
             .from_elsewhere = true},
            "application/json", update);
}

} // namespace http::routes
