#include "clients/telegram/updates.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <array>

namespace telegram {

namespace {

namespace json = boost::json;
using records::telegram_file;
using records::telegram_file_kind;
using records::telegram_update_kind;

const json::object* object_in(const json::object* in, std::string_view name) {
  const auto* found = in == nullptr ? nullptr : in->if_contains(name);
  return found == nullptr ? nullptr : found->if_object();
}

std::int64_t number_in(const json::object* in, std::string_view name) {
  const auto* found = in == nullptr ? nullptr : in->if_contains(name);
  return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

std::string text_in(const json::object* in, std::string_view name) {
  const auto* found = in == nullptr ? nullptr : in->if_contains(name);
  return found != nullptr && found->is_string() ? base::to_clean_utf8(found->get_string()) : std::string{};
}

std::string name_of(const json::object* person) {
  auto name = text_in(person, "first_name");
  if (const auto last = text_in(person, "last_name"); !last.empty())
    name += (name.empty() ? "" : " ") + last;
  return name.empty() ? text_in(person, "username") : name;
}

std::vector<telegram_file> files_of(const json::object* message) {
  static constexpr std::array kinds{telegram_file_kind::document, telegram_file_kind::voice, telegram_file_kind::audio,
                                    telegram_file_kind::video};
  std::vector<telegram_file> out;
  const auto add = [&](const json::object* file, telegram_file_kind kind) {
    auto id = text_in(file, "file_id");
    if (id.empty())
      return;
    out.push_back(
      {std::move(id), kind, text_in(file, "file_name"), text_in(file, "mime_type"), number_in(file, "file_size")});
  };
  for (const auto kind : kinds)
    add(object_in(message, base::enum_name(kind)), kind);
  // The same photo in several sizes: the largest one is the last.
  if (const auto* sizes = message->if_contains("photo"); sizes != nullptr && sizes->is_array())
    if (const auto& all = sizes->get_array(); !all.empty())
      add(all.back().if_object(), telegram_file_kind::photo);
  return out;
}

void read_chat(const json::object* chat, records::telegram_update& out) {
  if (const auto id = number_in(chat, "id"); id != 0)
    out.chat_id = std::to_string(id);
  out.chat_kind = text_in(chat, "type");
  out.username = text_in(chat, "username");
  out.chat_title = text_in(chat, "title");
  if (out.chat_title.empty())
    out.chat_title = name_of(chat);
}

void read_message(const json::object& message, records::telegram_update& out) {
  out.kind = telegram_update_kind::message;
  read_chat(object_in(&message, "chat"), out);
  const auto* from = object_in(&message, "from");
  out.from_name = name_of(from);
  if (const auto* bot = from == nullptr ? nullptr : from->if_contains("is_bot"); bot != nullptr && bot->is_bool())
    out.from_bot = bot->get_bool();
  out.message_id = number_in(&message, "message_id");
  auto text = text_in(&message, "text");
  if (text.empty())
    text = text_in(&message, "caption");
  out.text = base::untrusted_text(std::move(text));
  out.files = files_of(&message);
  if (out.text.empty() && out.files.empty()) { // a place, a sticker, somebody who joined
    out.kind = telegram_update_kind::other;
    out.what = "a message without text or files";
  }
}

void read_button(const json::object& query, records::telegram_update& out) {
  out.kind = telegram_update_kind::button;
  out.button_id = text_in(&query, "id");
  out.button_data = text_in(&query, "data");
  out.from_name = name_of(object_in(&query, "from"));
  const auto* message = object_in(&query, "message");
  out.message_id = number_in(message, "message_id");
  read_chat(object_in(message, "chat"), out);
}

} // namespace

std::optional<records::telegram_update> read_update(const json::value& update) {
  const auto* object = update.if_object();
  records::telegram_update out;
  out.update_id = number_in(object, "update_id");
  if (object == nullptr || object->if_contains("update_id") == nullptr || !object->at("update_id").is_int64())
    return std::nullopt;
  if (const auto* message = object_in(object, "message")) {
    read_message(*message, out);
  } else if (const auto* query = object_in(object, "callback_query")) {
    read_button(*query, out);
  } else {
    for (const auto& [name, value] : *object)
      if (name != "update_id") {
        out.what = base::to_clean_utf8(base::cut_utf8(name, 100));
        if (const auto* inner = value.if_object())
          read_chat(object_in(inner, "chat"), out);
        break;
      }
  }
  return out;
}

} // namespace telegram
