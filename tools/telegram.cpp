#include "storage/telegram.hpp"
#include "base/ids.hpp"
#include "storage/session.hpp"
#include "tools/all.hpp"
#include "tools/make_tool.hpp"

#include <algorithm>

namespace tools {

namespace {

namespace json = boost::json;

enum class telegram_action { list_chats, send_message };
BOOST_DESCRIBE_ENUM(telegram_action, list_chats, send_message)

/// Chats that the caller may write to: on the whitelist for him or for all; a system agent those for all.
std::vector<records::telegram_whitelist_entry> allowed_chats(tool_context& context) {
  auto all = std::any_cast<std::vector<records::telegram_whitelist_entry>>(
    context.db("telegram_whitelist.list", [](storage::session& s) -> std::any {
      return storage::telegram::whitelist(s, {{}, records::user_role::admin});
    }));
  const auto& user = context.caller.owner.user_id;
  std::erase_if(all, [&](const auto& row) { return row.user_id && *row.user_id != user; });
  return all;
}

/// Writes to Telegram chats that are on the whitelist, by the outbox.
struct telegram {
  static constexpr std::string_view name = "telegram";
  static constexpr std::string_view description
    = "Sends a message to one of the user's Telegram chats (send_message; Markdown), or lists them (list_chats). Only "
      "chats on the whitelist can be written to.";
  static constexpr tools::risk worst_risk = risk::external;
  static constexpr tools::unattended when_unattended = unattended::only_if_named;

  struct arguments {
    telegram_action action = telegram_action::list_chats;
    std::optional<std::string> chat_id;
    std::optional<std::string> text;
    static std::span<const base::field_rule> rules() {
      static constexpr base::field_rule all[]
        = {{.name = "action", .help = "what to do", .required = true},
           {.name = "chat_id",
            .help = "for send_message: as list_chats gives it; may be left out when there is one chat",
            .min = 1,
            .max = 64},
           {.name = "text", .help = "for send_message: Markdown", .min = 1, .max = 60'000}};
      return all;
    }
  };

  static risk risk_of(const arguments& in) {
    return in.action == telegram_action::list_chats ? risk::read : risk::external;
  }

  static std::vector<use> uses() {
    return {{"See the Telegram chats", json::object{{"action", "list_chats"}}},
            {"Write to Telegram chats", json::object{{"action", "send_message"}, {"text", "…"}}}};
  }

  static void check(const arguments& in, base::field_errors& errors) {
    if (in.action == telegram_action::send_message && !in.text)
      errors.push_back({"text", "is required for send_message"});
    if (in.action == telegram_action::list_chats && (in.text || in.chat_id))
      errors.push_back({"action", "list_chats takes nothing else"});
  }

  static std::optional<question> confirm(const arguments& in, const caller&) {
    if (in.action == telegram_action::list_chats)
      return std::nullopt;
    const auto chat = in.chat_id.value_or("");
    return question{chat.empty() ? std::string("Write this to your Telegram chat.")
                                 : "Write this to the Telegram chat " + chat + ".",
                    "telegram " + chat};
  }

  [[nodiscard]] tool_result run(const arguments& in, tool_context& context) const {
    const auto chats = allowed_chats(context);
    if (in.action == telegram_action::list_chats) {
      json::array out;
      for (const auto& row : chats)
        out.push_back(json::object{{"chat_id", row.chat_id}, {"label", row.label.value_or("")}});
      return tool_result::ok(json::object{{"chats", std::move(out)}});
    }
    if (!in.chat_id && chats.size() != 1)
      return tool_result::fail("chat_id: is needed, as there is "
                               + std::string(chats.empty() ? "no chat" : "more than one chat"));
    const auto chat = in.chat_id.value_or(chats.empty() ? std::string{} : chats.front().chat_id);
    if (std::ranges::find(chats, chat, &records::telegram_whitelist_entry::chat_id) == chats.end())
      return tool_result::fail("chat_id: " + chat + " is not on the Telegram whitelist");
    records::outbox_record row;
    row.id = base::new_id();
    row.channel = records::outbox_channel::telegram;
    row.lane = chat;
    if (!context.caller.owner.user_id.empty())
      row.owner_user_id = context.caller.owner.user_id;
    row.run_id = context.caller.run_id;
    row.body = json::object{{"text", *in.text}};
    row.created_at = context.clock.now();
    context.deliver(row);
    return tool_result::ok(json::object{{"delivery_id", row.id}, {"state", "stored; it goes out now"}});
  }
};
BOOST_DESCRIBE_STRUCT(telegram::arguments, (), (action, chat_id, text))

} // namespace

std::unique_ptr<tool> telegram_tool() { return make_tool<telegram>(); }

} // namespace tools
