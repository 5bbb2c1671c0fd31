#include "http/guards.hpp"
#include "http/routes/all.hpp"
#include "http/sign_in.hpp"
#include "storage/users.hpp"

/// For whoever watches the server from outside.
namespace http::routes {
namespace {

/// A server that stands by answers in http/standby.cpp.
struct health_view {
  std::string status = "ok";
  std::string role = "leader";
};
BOOST_DESCRIBE_STRUCT(health_view, (), (status, role))

health_view live(call&) { return {}; }

/// Ready: the database answers, and so does the engine. No details: it is open to all.
health_view ready(call& c) {
  const auto database
    = c.with.engine->db("health.ready", [](storage::session& s) -> std::any { return storage::users::any_exists(s); });
  if (!database || !c.with.engine->state())
    throw std::move(problem(503, "not ready").retry_after(1));
  return {};
}

void metrics(call& c) {
  const bool proxied = c.q.has_header("X-Forwarded-For") || c.q.has_header("Forwarded");
  const bool loopback = is_loopback(c.q.peer()) && !proxied;
  const bool by_key = c.by.kind == sign_in_kind::key && c.by.key_scopes.has(scope::metrics) && c.by.is_admin();
  if (!loopback && !by_key)
    throw problem(c.by.is_signed_in() ? 403 : 401,
                  "Metrics are for loopback clients and for keys with the scope metrics.");
  c.out.content_type = "text/plain; version=0.0.4; charset=utf-8";
  c.out.body = c.with.metrics->text() + c.with.engine->actor_metrics(); // asks the database nothing: it is read often
}

} // namespace

void add_health(route_table& t) {
  t.add<health_view>({.method = "GET", .path = "/health/live", .who = access::open, .help = "The server runs"}, live);
  t.add<health_view>(
    {.method = "GET", .path = "/health/ready", .who = access::open, .help = "The server can do its work; else 503"},
    ready);
  t.add_raw({.method = "GET",
             .path = "/metrics",
             .who = access::open,
             .key_scopes = {scope::metrics},
             .help = "Figures in Prometheus' text form, for loopback clients and keys with the scope metrics",
             .any_key = true},
            "text/plain", metrics);
}

} // namespace http::routes
