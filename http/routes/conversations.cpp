#include "storage/conversations.hpp"
#include "base/ids.hpp"
#include "http/event_stream.hpp"
#include "http/routes/all.hpp"
#include "http/routes/conversation_view.hpp"
#include "http/routes/model_view.hpp"

#include <span>

/// Conversations: their list, their pages, their event streams. Each is seen by its user only, admins are no exception.
namespace http::routes {
namespace {

struct conversation_row {
  std::string id;
  std::optional<std::string> title;
  std::optional<std::string> model;
  std::optional<base::timestamp> started_at;
  std::optional<base::timestamp> ended_at;
};
BOOST_DESCRIBE_STRUCT(conversation_row, (), (id, title, model, started_at, ended_at))

struct new_conversation {
  std::optional<std::string> title;
  std::optional<std::string> model;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "title", .max = 200}, {.name = "model", .help = "`provider:model`"}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(new_conversation, (), (title, model))

struct created_conversation {
  std::string id;
  std::optional<std::string> title;
  std::optional<std::string> model;
  std::optional<base::timestamp> started_at;
  std::string last_event_id;
};
BOOST_DESCRIBE_STRUCT(created_conversation, (), (id, title, model, started_at, last_event_id))

struct conversation_body {
  std::string title;
  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[] = {{.name = "title", .required = true, .min = 1, .max = 200}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(conversation_body, (), (title))

std::vector<conversation_row> list(call& c) {
  std::vector<conversation_row> out;
  const auto rows = c.db("conversations.list", [user = c.by.who.user_id, page = c.page()](storage::session& s) {
    return storage::conversations::list(s, user, page);
  });
  for (const auto& r : rows)
    out.push_back({r.id, r.title, r.model, r.started_at, r.ended_at});
  return out;
}

created_conversation create(call& c, const new_conversation& body) {
  if (body.model)
    check_model(c.with, *body.model, "model");
  records::conversation_head row;
  row.id = base::new_id();
  row.started_at = c.now();
  row.user_id = c.by.who.user_id;
  row.title = body.title;
  row.model = body.model ? body.model : std::optional(c.with.settings->get()->default_model);
  c.db("conversations.create", [row](storage::session& s) { storage::conversations::create(s, row); });
  const auto topic = call::value(c.with.engine->topic(topic_of_conversation(row.id)));
  return {row.id, row.title, row.model, row.started_at, topic.last_event_id};
}

conversation_view get(call& c) { return read_conversation(c.with, c.by.who.user_id, c.parameter()); }

conversation_view rename(call& c, const conversation_body& body) {
  must_be_found(c.db("conversations.rename",
                     [user = c.by.who.user_id, id = c.parameter(), title = body.title](storage::session& s) {
                       return storage::conversations::rename(s, user, id, title);
                     }),
                "conversation");
  return get(c);
}

nothing remove(call& c) {
  must_be_found(c.db("conversations.remove",
                     [user = c.by.who.user_id, id = c.parameter()](storage::session& s) {
                       return storage::conversations::remove(s, user, id);
                     }),
                "conversation");
  return {};
}

void events(call& c) {
  const auto id = c.parameter();
  const auto user = c.by.who.user_id;
  const bool own = c.db("conversations.find", [user, id](storage::session& s) {
    return storage::conversations::find(s, user, id).has_value();
  });
  must_be_found(own, "conversation");
  answer_with_events(c, {.topic = topic_of_conversation(id),
                         .whole = [&with = c.with, user, id] { return conversation_for_reset(with, user, id); },
                         .ends_with = {},
                         .over = {}});
}

} // namespace

void add_conversations(route_table& t) {
  t.add<std::vector<conversation_row>>({.method = "GET",
                                        .path = "/api/conversations",
                                        .key_scopes = {scope::read, scope::chat},
                                        .help = "Your conversations, newest first",
                                        .paged = true},
                                       list);
  t.add({.method = "POST",
         .path = "/api/conversations",
         .key_scopes = {scope::chat},
         .help = "Begins a conversation",
         .status = 201},
        create);
  t.add<conversation_view>({.method = "GET",
                            .path = "/api/conversations/{id}",
                            .key_scopes = {scope::read, scope::chat},
                            .help = "A conversation with its messages"},
                           get);
  t.add({.method = "PATCH",
         .path = "/api/conversations/{id}",
         .key_scopes = {scope::chat},
         .help = "Renames a conversation"},
        rename);
  t.add<nothing>({.method = "DELETE",
                  .path = "/api/conversations/{id}",
                  .key_scopes = {scope::chat},
                  .help = "Deletes a conversation"},
                 remove);
  t.add_raw({.method = "GET",
             .path = "/api/conversations/{id}/events",
             .key_scopes = {scope::read, scope::chat},
             .help = "What happens in a conversation, as it happens",
             .query = {{"last_event_id", "everything after this event"}}},
            "text/event-stream", events);
}

} // namespace http::routes
