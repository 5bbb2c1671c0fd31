#include "http/event_stream.hpp"
#include "http/routes/all.hpp"

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
  t.add_raw({.method = "GET",
             .path = "/api/messages/schema",
             .who = access::admin,
             .key_scopes = {scope::engine},
             .help = "The JSON Schema of every message between actors, by name"},
            "application/json", schema);
}

} // namespace http::routes
