#include "base/encoding.hpp"
#include "http/routes/all.hpp"
#include "http/routes/conversation_view.hpp"
#include "http/routes/model_view.hpp"
#include "storage/attachments.hpp"
#include "storage/conversations.hpp"

#include <algorithm>
#include <span>

/// Turns of a conversation: send, stop, answer a confirmation.
namespace http::routes {
namespace {

struct message_body {
  std::string text;
  std::optional<std::string> model;
  std::optional<std::vector<std::string>> attachments;
  std::optional<std::string> replaces;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[] = {
      {.name = "text",
       .help = "may be empty where files go with it; left out with `replaces`: as it was, to be answered anew",
       .max = 200'000},
      {.name = "model", .help = "`provider:model`; from now on this conversation's"},
      {.name = "attachments",
       .help = "ids of files that were added to this conversation; left out with `replaces`: those that it had",
       .max = 10},
      {.name = "replaces",
       .help
       = "the run of an earlier message in this conversation: it is said anew, and what followed it becomes a version",
       .min = 1,
       .max = 200}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(message_body, (), (text, model, attachments, replaces))

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
         {.name = "scope",
          .help = "`chat`: also for later calls of this tool with the same destination here; `any`: with whatever "
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

/// What a user says: as the body has it, and where that is silent as the message had it that is replaced.
struct said {
  std::string text;
  std::vector<records::attachment_head> files;
};

said what_is_said(call& c, const message_body& body, const records::conversation_record& row) {
  const records::stored_message* before = nullptr;
  if (body.replaces) {
    const auto at = std::ranges::find_if(row.messages,
                                         [&](const auto& m) { return m.role == "user" && m.run_id == body.replaces; });
    if (at == row.messages.end())
      throw problem::field("replaces", "is not the run of a message that stands in this conversation now");
    before = &*at;
  }
  said out{body.text, {}};
  if (before != nullptr && is_blank(body.text) && (!body.attachments || body.attachments->empty()))
    out.text = before->content;
  if (body.attachments)
    out.files = find_files(c, row.id, *body.attachments);
  else if (before != nullptr && before->attachments)
    out.files = *before->attachments;
  if (is_blank(out.text) && out.files.empty())
    throw problem::field("text", "must not be empty");
  return out;
}

turn_started send(call& c, const message_body& body) {
  const auto id = c.parameter();
  const auto user = c.by.who.user_id;
  const auto row = found(
    c.db("conversations.find", [user, id](storage::session& s) { return storage::conversations::find(s, user, id); }),
    "conversation");
  auto now = what_is_said(c, body, row);
  const auto model = body.model ? *body.model : row.model.value_or(c.with.settings->get()->default_model);
  check_model(c.with, model, "model");
  const auto title = row.title && !row.title->empty() ? *row.title : title_from(now.text, now.files);
  const auto topic = call::value(c.with.engine->topic(topic_of_conversation(id)));
  const auto run_id = call::value(
    c.with.engine->start_chat_turn({id, user, std::move(now.text), model, std::move(now.files), body.replaces}));
  if (row.model != model || row.title != title) {
    c.db("conversations.set_model", [row, user, id, model, title](storage::session& s) {
      if (row.model != model)
        storage::conversations::set_model(s, user, id, model);
      if (row.title != title)
        storage::conversations::rename(s, user, id, title);
    });
    tell_changed(c.with, id, title, model);
  }
  return {run_id, topic.newest_event_id};
}

std::vector<records::conversation_version> versions(call& c) {
  auto out = c.db("conversations.versions",
                  [user = c.by.who.user_id, id = c.parameter(0), run = c.parameter(1)](storage::session& s) {
                    return storage::conversations::versions(s, user, id, run);
                  });
  must_be_found(!out.empty(), "version");
  return out;
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
  t.add<std::vector<records::conversation_version>>(
    {.method = "GET",
     .path = "/api/conversations/{id}/versions/{run_id}",
     .key_scopes = {scope::read, scope::chat},
     .help = "What stood in a conversation in the place of this run's message before it, the latest first"},
    versions);
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
