#include "http/event_stream.hpp"
#include "http/routes/all.hpp"

#include <spdlog/spdlog.h>

/// The live tree of actors.
namespace http::routes {
namespace {

void list(call& c) { detail::write_answer(c, 200, boost::json::value(c.with.engine->actors())); }

void events(call& c) {
  answer_with_events(c, {.topic = "actors",
                         .whole = [&with = c.with] { return boost::json::value(with.engine->actors()); },
                         .ends_with = {},
                         .over = {}});
}

void schema(call& c) { detail::write_answer(c, 200, boost::json::value(c.with.engine->message_schemas())); }

struct restart_body {
  std::string path;
  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[] = {{.name = "path", .required = true, .min = 1, .max = 200}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(restart_body, (), (path))

action_done restart(call& c, const restart_body& body) {
  call::check(c.with.engine->restart_actor(body.path));
  spdlog::warn("actor_restarted_by_hand path={} by={}", body.path, c.by.who.username);
  return {};
}

} // namespace

void add_actors(route_table& t) {
  t.add_raw({.method = "GET",
             .path = "/api/actors",
             .who = access::admin,
             .key_scopes = {scope::engine},
             .help = "Every actor with its mailbox, counts and times"},
            "application/json", list);
  t.add_raw({.method = "GET",
             .path = "/api/actors/events",
             .who = access::admin,
             .key_scopes = {scope::engine},
             .help = "Changed rows of the list of actors, twice a second",
             .query = {{"last_event_id", "everything after this event"}}},
            "text/event-stream", events);
  t.add<action_done, restart_body>({.method = "POST",
                                    .path = "/api/actors/restart",
                                    .who = access::admin,
                                    .key_scopes = {scope::engine},
                                    .help = "Starts an actor again that failed too often and is left alone"},
                                   restart);
  t.add_raw({.method = "GET",
             .path = "/api/messages/schema",
             .who = access::admin,
             .key_scopes = {scope::engine},
             .help = "The JSON Schema of every message between actors, by name"},
            "application/json", schema);
}

} // namespace http::routes
