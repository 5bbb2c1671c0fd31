#include "base/encoding.hpp"
#include "http/routes/all.hpp"
#include "http/routes/conversation_view.hpp"
#include "http/routes/model_view.hpp"
#include "storage/attachments.hpp"
#include "storage/conversations.hpp"

#include <span>

/// Turns of a conversation: send, stop, answer a confirmation.
namespace http::routes {
namespace {

struct message_body {
  std::string text;
  std::optional<std::string> model;
  std::vector<std::string> attachments;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "text", .help = "may be empty where files go with it", .max = 200'000},
         {.name = "model", .help = "`provider:model`; from now on this conversation's"},
         {.name = "attachments", .help = "ids of files that were added to this conversation", .max = 10}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(message_body, (), (text, model, attachments))

struct turn_started {
  std::string run_id;
  std::string last_event_id; ///< a stream from here on shows the whole turn
};
BOOST_DESCRIBE_STRUCT(turn_started, (), (run_id, last_event_id))

struct confirmation_body {
  bool approved = false;
  records::confirmation_scope scope = records::confirmation_scope::once;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "approved", .required = true},
         {.name = "scope", .help = "`chat`: also for later calls of this tool with the same destination here; `any`: with whatever "
                  "destination, where the tool has that (web)"}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(confirmation_body, (), (approved, scope))

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

/// The first line of the first message, as a title; without words the name of its first file.
std::string title_from(const std::string& text, const std::vector<records::attachment_head>& files) {
  if (is_blank(text))
    return files.empty() || files.front().name.empty() ? "Files" : files.front().name;
  auto line = std::string_view(text).substr(text.find_first_not_of(" \t\r\n"));
  line = line.substr(0, line.find_first_of("\r\n"));
  const auto cut = base::cut_utf8(line, 60);
  return cut.size() < line.size() ? std::string(cut) + "…" : std::string(cut);
}

std::vector<records::attachment_head> find_files(call& c, const std::string& conversation,
                                                 const std::vector<std::string>& ids) {
  if (ids.empty())
    return {};
  auto files = c.db("attachments.heads", [user = c.by.who.user_id, conversation, ids](storage::session& s) {
    return storage::attachments::heads(s, user, conversation, ids);
  });
  if (files.size() != ids.size())
    throw problem::field("attachments", "names a file that does not belong to this conversation, or one twice");
  return files;
}

turn_started send(call& c, const message_body& body) {
  const auto id = c.parameter();
  const auto user = c.by.who.user_id;
  if (is_blank(body.text) && body.attachments.empty())
    throw problem::field("text", "must not be empty");
  const auto row = found(
    c.db("conversations.find", [user, id](storage::session& s) { return storage::conversations::find(s, user, id); }),
    "conversation");
  const auto model = body.model ? *body.model : row.model.value_or(c.with.settings->get()->default_model);
  check_model(c.with, model, "model");
  auto files = find_files(c, id, body.attachments);
  const auto title = title_from(body.text, files);
  const auto topic = call::value(c.with.engine->topic(topic_of_conversation(id)));
  const auto run_id = call::value(c.with.engine->start_chat_turn(id, user, body.text, model, std::move(files)));
  if (row.model != model || !row.title || row.title->empty())
    c.db("conversations.set_model", [row, user, id, model, title](storage::session& s) {
      if (row.model != model)
        storage::conversations::set_model(s, user, id, model);
      if (!row.title || row.title->empty())
        storage::conversations::rename(s, user, id, title);
    });
  return {run_id, topic.newest_event_id};
}

action_done stop(call& c) {
  const auto id = c.parameter();
  const bool own = c.db("conversations.find", [user = c.by.who.user_id, id](storage::session& s) {
    return storage::conversations::find(s, user, id).has_value();
  });
  must_be_found(own, "conversation");
  const auto answer = c.with.engine->stop_conversation(id);
  if (!answer && answer.error().code != base::errc::not_found) // nothing runs: as wished
    throw base::failure_error(answer.error());
  return {};
}

action_done confirm(call& c, const confirmation_body& body) {
  const auto id = c.parameter(0);
  const auto user = c.by.who.user_id;
  const bool own = c.db("conversations.find", [user, id](storage::session& s) {
    return storage::conversations::find(s, user, id).has_value();
  });
  must_be_found(own, "conversation");
  call::check(c.with.engine->answer_confirmation(id, c.parameter(1), user, body.approved, body.scope));
  return {};
}

} // namespace

void add_chat(route_table& t) {
  t.add({.method = "POST",
         .path = "/api/conversations/{id}/messages",
         .key_scopes = {scope::chat},
         .help = "Says something: begins a turn",
         .status = 202},
        send);
  t.add<action_done>({.method = "POST",
                      .path = "/api/conversations/{id}/stop",
                      .key_scopes = {scope::chat},
                      .help = "Stops the turn that goes on, if there is one"},
                     stop);
  t.add({.method = "POST",
         .path = "/api/conversations/{id}/confirmations/{call_id}",
         .key_scopes = {scope::chat},
         .help = "Approves or denies a tool call"},
        confirm);
}

} // namespace http::routes
