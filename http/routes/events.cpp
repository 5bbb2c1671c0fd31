#include "base/ids.hpp"
#include "base/json_template.hpp"
#include "http/routes/all.hpp"
#include "messages/records/webhook_content.hpp"
#include "storage/agents.hpp"
#include "storage/trigger_events.hpp"
#include "storage/webhook_endpoints.hpp"

#include <algorithm>
#include <array>
#include <span>

/// The ledger behind every trigger: what came, and what became of it.
namespace http::routes {
namespace {

using storage::trigger_events::ledger_row;

std::optional<std::string> text_of(const call& c, std::string_view name) {
  auto value = c.q.query_value(name);
  return value && !value->empty() ? value : std::nullopt;
}

std::vector<ledger_row> list(call& c) {
  static constexpr std::array outcomes{"", "run", "ignored", "failed", "waiting", "missed"};
  const storage::trigger_events::wanted what{text_of(c, "source"), text_of(c, "source_id"),
                                             text_of(c, "outcome").value_or("")};
  if (std::ranges::find(outcomes, what.outcome) == outcomes.end())
    throw problem::field("outcome", "must be run, ignored, failed, waiting or missed");
  return c.db("trigger_events.ledger", [by = c.viewer(), what, page = c.page()](storage::session& s) {
    return storage::trigger_events::ledger(s, by, what, page);
  });
}

records::trigger_event find(const call& c) {
  return found(c.db("trigger_events.find", [by = c.viewer(), id = c.parameter()](
                                             storage::session& s) { return storage::trigger_events::find(s, by, id); }),
               "event");
}

struct event_view {
  std::string id;
  std::string source;
  std::string source_id;
  std::string source_name;
  base::timestamp received_at{};
  std::string content_type;
  std::string body;           ///< untrusted
  boost::json::value request; ///< what came beside it; secrets are `***`
  std::string outcome;
  std::optional<std::string> run_id;
  std::optional<std::string> agent_id; ///< that it starts when it is replayed; empty: one must be chosen
};
BOOST_DESCRIBE_STRUCT(event_view, (),
                      (id, source, source_id, source_name, received_at, content_type, body, request, outcome, run_id,
                       agent_id))

std::optional<std::string> agent_of(const call& c, const records::trigger_event& event) {
  return c.db("trigger_events.agent",
              [event](storage::session& s) { return storage::trigger_events::agent_of(s, event); });
}

event_view get(call& c) {
  const auto e = find(c);
  std::string error;
  auto request = base::parse_json(e.request, error);
  return {e.id,          e.source,       e.source_id,   e.source_name,
          e.received_at, e.content_type, e.body.str(),  request ? std::move(*request) : boost::json::value(nullptr),
          e.outcome,     e.run_id,       agent_of(c, e)};
}

struct replay_body {
  std::optional<std::string> agent_id;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "agent_id", .help = "an agent of yours; left out: the one that the event is for", .max = 100}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(replay_body, (), (agent_id))

struct replayed {
  std::string run_id;
  std::string event_id; ///< a new event, of the same source
};
BOOST_DESCRIBE_STRUCT(replayed, (), (run_id, event_id))

/// What a webhook's template makes of it now; filter and rate do not count, as a person wants it.
std::string message_of(const call& c, records::trigger_event& event) {
  event.input = {};
  if (event.source != "webhook")
    return {};
  const auto endpoint = c.db("webhook_endpoints.find", [id = event.source_id](storage::session& s) {
    return storage::webhook_endpoints::find(s, {{}, records::user_role::admin}, id);
  });
  if (!endpoint || !endpoint->prompt_template)
    return {};
  const auto rule = base::json_template::parse(*endpoint->prompt_template);
  const auto* prompt = std::get_if<base::json_template>(&rule);
  if (prompt == nullptr)
    return {};
  constexpr std::size_t most_value_bytes = std::size_t{64} * 1024;
  auto rendered = prompt->render(records::document_of(event), most_value_bytes);
  event.input = std::move(rendered.values);
  return rendered.text.str();
}

replayed replay(call& c, const replay_body& body) {
  auto event = find(c);
  const auto agent_id = body.agent_id ? body.agent_id : agent_of(c, event);
  if (!agent_id)
    throw problem::field("agent_id", "is needed: nothing says which agent it is for");
  const auto agent = c.db(
    "agents.find", [by = c.viewer(), id = *agent_id](storage::session& s) { return storage::agents::find(s, by, id); });
  if (!agent || (agent->owner_user_id && *agent->owner_user_id != c.by.who.user_id))
    throw problem::field("agent_id", "is not an agent of yours");
  records::new_run out;
  auto& run = out.run;
  run.id = base::new_id();
  run.agent_id = agent->id;
  run.owner_user_id = agent->owner_user_id;
  run.priority
    = c.by.kind == sign_in_kind::key ? records::run_priority::autonomous : records::run_priority::interactive;
  run.definition = records::definition_of(*agent);
  run.message = message_of(c, event);
  run.queued_at = c.now();
  run.trace_id = base::new_id();
  event.id = event.dedupe_key = base::new_id();
  event.received_at = c.now();
  event.outcome = "queued";
  event.run_id = run.id;
  run.trigger_event_id = event.id;
  replayed answer{run.id, event.id};
  out.event = std::move(event);
  static_cast<void>(call::value(c.with.engine->queue_run(std::move(out))));
  return answer;
}

std::vector<messages::trigger_proof> proofs(call& c) { return call::value(c.with.engine->liveness()); }

} // namespace

void add_events(route_table& t) {
  constexpr scopes readers{scope::read, scope::run};
  t.add<std::vector<messages::trigger_proof>>({.method = "GET",
                                               .path = "/api/triggers",
                                               .key_scopes = readers,
                                               .help = "When each way in was last proven alive, and what is in doubt"},
                                              proofs);
  t.add<std::vector<ledger_row>>({.method = "GET",
                                  .path = "/api/events",
                                  .key_scopes = readers,
                                  .help = "What came to your triggers and what became of it, newest first",
                                  .paged = true,
                                  .query = {{"source", "webhook, telegram, schedule or task"},
                                            {"source_id", "one endpoint, chat, agent or task"},
                                            {"outcome", "run, ignored, failed, waiting or missed"}}},
                                 list);
  t.add<event_view>({.method = "GET", .path = "/api/events/{id}", .key_scopes = readers, .help = "An event, whole"},
                    get);
  t.add({.method = "POST",
         .path = "/api/events/{id}/replay",
         .key_scopes = {scope::run},
         .help = "Starts a new run with what came",
         .status = 202},
        replay);
}

} // namespace http::routes
