#include "storage/conversations.hpp"
#include "base/ids.hpp"
#include "http/event_stream.hpp"
#include "http/routes/all.hpp"
#include "http/routes/conversation_view.hpp"
#include "http/routes/model_view.hpp"
#include "storage/agents.hpp"

#include <span>

/// Conversations: their list, their pages, their event streams. Each is seen by its user only, admins are no exception.
namespace http::routes {
namespace {

struct text_part {
  std::string text;
  bool hit = false; ///< one of the words that were looked for
};
BOOST_DESCRIBE_STRUCT(text_part, (), (text, hit))

struct conversation_row {
  std::string id;
  std::optional<std::string> title;
  std::optional<std::string> model;
  std::optional<base::timestamp> started_at;
  std::optional<base::timestamp> ended_at;
  std::optional<std::string> agent_id;
  std::optional<std::vector<text_part>> snippet; ///< only with `q`: the place that was found
};
BOOST_DESCRIBE_STRUCT(conversation_row, (), (id, title, model, started_at, ended_at, agent_id, snippet))

struct new_conversation {
  std::optional<std::string> title;
  std::optional<std::string> model;
  std::optional<std::string> agent_id;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "title", .max = 200},
         {.name = "model", .help = "`provider:model`; left out: the agent's, else the default"},
         {.name = "agent_id",
          .help = "an agent of yours (an administrator's: or one of the system) whose prompt, model and tools it has",
          .max = 200}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(new_conversation, (), (title, model, agent_id))

struct created_conversation {
  std::string id;
  std::optional<std::string> title;
  std::optional<std::string> model;
  std::optional<base::timestamp> started_at;
  std::string last_event_id;
  std::optional<std::string> agent_id;
};
BOOST_DESCRIBE_STRUCT(created_conversation, (), (id, title, model, started_at, last_event_id, agent_id))

struct conversation_body {
  std::string title;
  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[] = {{.name = "title", .required = true, .min = 1, .max = 200}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(conversation_body, (), (title))

/// Text with marks around each hit as parts.
std::vector<text_part> parts_of(std::string_view marked) {
  std::vector<text_part> out;
  bool hit = false;
  while (!marked.empty()) {
    const auto end = marked.find(hit ? '\x03' : '\x02');
    if (end != 0)
      out.push_back({std::string(marked.substr(0, end)), hit});
    marked.remove_prefix(end == std::string_view::npos ? marked.size() : end + 1);
    hit = !hit;
  }
  return out;
}

std::vector<conversation_row> search(call& c, const std::string& text) {
  constexpr std::size_t most = 200; // bytes
  if (text.size() > most)
    throw problem::field("q", "must have at most 200 bytes");
  std::vector<conversation_row> out;
  const auto rows = c.db("conversations.search", [user = c.by.who.user_id, text, page = c.page()](storage::session& s) {
    return storage::conversations::search(s, user, text, page);
  });
  for (const auto& r : rows) {
    auto& row = out.emplace_back(conversation_row{r.id, r.title, r.model, r.started_at, r.ended_at, r.agent_id, {}});
    row.snippet = parts_of(r.snippet.value_or(""));
  }
  return out;
}

std::vector<conversation_row> list(call& c) {
  if (const auto text = c.q.query_value("q"); text && text->find_first_not_of(" \t\r\n") != std::string::npos)
    return search(c, *text);
  std::vector<conversation_row> out;
  const auto rows = c.db("conversations.list", [user = c.by.who.user_id, page = c.page()](storage::session& s) {
    return storage::conversations::list(s, user, page);
  });
  for (const auto& r : rows)
    out.push_back({r.id, r.title, r.model, r.started_at, r.ended_at, r.agent_id, {}});
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
  if (body.agent_id) {
    const auto agent = c.db("conversations.agent", [by = c.viewer(), id = *body.agent_id](storage::session& s) {
      const auto known = storage::conversations::agent(s, by, id);
      return known && known->available ? storage::agents::find(s, by, id) : std::nullopt;
    });
    if (!agent)
      throw problem::field("agent_id", "is no agent that you can talk with: it must be yours and switched on");
    row.agent_id = agent->id;
    if (!body.model)
      row.model = agent->model;
  }
  c.db("conversations.create", [row](storage::session& s) { storage::conversations::create(s, row); });
  const auto topic = call::value(c.with.engine->topic(topic_of_conversation(row.id)));
  return {row.id, row.title, row.model, row.started_at, topic.last_event_id, row.agent_id};
}

conversation_view get(call& c) { return read_conversation(c.with, c.viewer(), c.parameter()); }

conversation_view rename(call& c, const conversation_body& body) {
  must_be_found(c.db("conversations.rename",
                     [user = c.by.who.user_id, id = c.parameter(), title = body.title](storage::session& s) {
                       return storage::conversations::rename(s, user, id, title);
                     }),
                "conversation");
  auto out = get(c);
  tell_changed(c.with, out.id, out.title, out.model);
  return out;
}

nothing remove(call& c) {
  must_be_found(c.db("conversations.remove",
                     [user = c.by.who.user_id, id = c.parameter()](storage::session& s) {
                       return storage::conversations::remove(s, user, id);
                     }),
                "conversation");
  c.with.engine->publish(topic_of_conversation(c.parameter()), "deleted", {{"id", c.parameter()}});
  return {};
}

void events(call& c) {
  const auto id = c.parameter();
  const auto user = c.by.who.user_id;
  const bool own = c.db("conversations.find", [user, id](storage::session& s) {
    return storage::conversations::find(s, user, id).has_value();
  });
  must_be_found(own, "conversation");
  answer_with_events(c,
                     {.topic = topic_of_conversation(id),
                      .whole = [&with = c.with, by = c.viewer(), id] { return conversation_for_reset(with, by, id); },
                      .ends_with = {},
                      .over = {}});
}

} // namespace

void add_conversations(route_table& t) {
  t.add<std::vector<conversation_row>>({.method = "GET",
                                        .path = "/api/conversations",
                                        .key_scopes = {scope::read, scope::chat},
                                        .help = "Your conversations, newest first",
                                        .paged = true,
                                        .query = {{"q", "only those with these words, or beginnings of words, in their "
                                                        "title or messages; with the place that was found"}}},
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
