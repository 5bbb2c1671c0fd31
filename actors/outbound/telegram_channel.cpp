#include "actors/outbound/telegram_channel.hpp"

#include "clients/telegram/format.hpp"

namespace actors {

namespace {

namespace json = boost::json;

const json::value* member(const json::value& in, std::string_view name) {
  const auto* object = in.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

std::string text_in(const json::value* in, std::string_view name) {
  const auto* found = in == nullptr ? nullptr : member(*in, name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string{};
}

std::string text_of(const records::outbox_record& row) {
  if (auto text = text_in(&row.body, "text"); !text.empty())
    return text;
  const auto* data = member(row.body, "data"); // the end of a run
  const auto status = text_in(data, "status");
  if (status == "stopped")
    return "Stopped.";
  if (status == "error")
    return "⚠️ " + text_in(data, "error");
  return text_in(data, "result");
}

std::vector<telegram::formatted> messages_of(const records::outbox_record& row) {
  auto all = telegram::to_messages(text_of(row));
  if (all.empty())
    all.push_back({"(no answer)", "(no answer)"});
  return all;
}

json::value keyboard(const json::value& buttons) {
  json::array rows;
  if (buttons.is_array())
    for (const auto& row : buttons.get_array()) {
      json::array line;
      if (row.is_array())
        for (const auto& button : row.get_array())
          line.push_back(json::object{{"text", text_in(&button, "text")}, {"callback_data", text_in(&button, "data")}});
      rows.push_back(std::move(line));
    }
  return json::object{{"inline_keyboard", std::move(rows)}};
}

} // namespace

std::variant<net::request, verdict> telegram_channel::request_for(const records::outbox_record& row, bool plain) {
  if (setup_.bot.token.empty())
    return verdict{verdict::kind::dead, "Telegram is not set up: system:telegram_bot_token is empty."};
  if (!setup_.allowed.contains(row.lane))
    return verdict{verdict::kind::dead, "The chat is not on the Telegram whitelist."};
  const auto all = messages_of(row);
  const auto n = static_cast<std::size_t>(row.parts_sent);
  if (n >= all.size())
    return verdict{verdict::kind::sent};
  auto arguments = telegram::message(row.lane, plain ? all[n].plain : all[n].html, !plain);
  if (const auto* buttons = member(row.body, "buttons"); buttons != nullptr && n + 1 == all.size())
    arguments["reply_markup"] = keyboard(*buttons);
  return telegram::call(setup_.bot, "sendMessage", arguments);
}

verdict telegram_channel::read(const records::outbox_record& row, const net::response& response) {
  using enum verdict::kind;
  const auto answer = telegram::read(setup_.bot, response);
  switch (answer.meaning) {
  case telegram::meaning::ok:
    return {static_cast<std::size_t>(row.parts_sent) + 1 < messages_of(row).size() ? part : sent};
  case telegram::meaning::bad_formatting: return {.what = part, .why = answer.description, .plain = true};
  case telegram::meaning::flood: {
    const bool all = !flooded_.empty() && flooded_ != row.lane;
    flooded_ = row.lane;
    return {again, answer.description, answer.retry_after, true, all};
  }
  case telegram::meaning::forbidden:
  case telegram::meaning::refused:
  case telegram::meaning::not_modified: return {dead, answer.description};
  default: return {again, answer.description};
  }
}

std::chrono::milliseconds telegram_channel::spacing(const records::outbox_record& row) const {
  // https://core.telegram.org/bots/faq: one a second in a chat, twenty a minute in a group (their ids are negative).
  return row.lane.starts_with('-') ? std::chrono::milliseconds{3100} : std::chrono::milliseconds{1050};
}

} // namespace actors
