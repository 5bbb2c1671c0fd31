#include "storage/agents.hpp"
#include "base/ids.hpp"
#include "config/time_zones.hpp"
#include "http/routes/agent_body.hpp"
#include "http/routes/all.hpp"
#include "http/routes/model_view.hpp"
#include "http/routes/run_view.hpp"
#include "http/routes/schedule_view.hpp"
#include "storage/runs.hpp"

#include <span>

/// Agents: their definitions, the run button, their runs.
namespace http::routes {
namespace {

struct run_body {
  std::optional<std::string> message;
  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "message", .help = "comes after the agent's prompt", .max = 200'000}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(run_body, (), (message))

struct run_started {
  std::string run_id;
};
BOOST_DESCRIBE_STRUCT(run_started, (), (run_id))

/// A definition that is not saved yet, as far as it says what the agent may do.
struct abilities_body {
  boost::json::value allowed_tools = "none";
  bool can_create_subagents = false;
  std::optional<std::string> agent_id;
  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "allowed_tools", .help = "as in an agent"},
         {.name = "agent_id", .help = "the agent that it is of; empty: a new one", .min = 1, .max = 200}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(abilities_body, (), (allowed_tools, can_create_subagents, agent_id))

agent_view with_next(const owner_zones& zones, const records::agent_record& row, base::timestamp now) {
  auto out = view_of(row);
  out.time_zone = zones.of(row.owner_user_id);
  if (row.enabled && row.schedule)
    out.next_run_at = zones.next(*row.schedule, row.owner_user_id, now);
  return out;
}

records::agent_record find(const call& c) {
  return found(c.db("agents.find", [by = c.viewer(), id = c.parameter()](
                                     storage::session& s) { return storage::agents::find(s, by, id); }),
               "agent");
}

/// Agents without an owner are the system's: edited and started by admins only.
void check_may_use(const call& c, const records::agent_record& row) {
  if (!row.owner_user_id && !c.by.is_admin())
    throw problem(403, "This agent belongs to the system; only an administrator may change or start it.");
}

std::vector<agent_view> list(call& c) {
  std::vector<agent_view> out;
  const auto zones = zones_of(c);
  for (const auto& row : c.db("agents.list", [by = c.viewer(), page = c.page()](storage::session& s) {
         return storage::agents::list(s, by, page);
       }))
    out.push_back(with_next(zones, row, c.now()));
  return out;
}

agent_view get(call& c) {
  auto out = with_next(zones_of(c), find(c), c.now());
  const auto since = config::day_and_month_of(c.with.settings->get()->time_zone, c.now());
  out.spent = c.db("spending.spent_by", [id = out.id, since](storage::session& s) {
    return storage::spending::spent_by(s, storage::spending::payer::agent, id, since.day, since.month);
  });
  return out;
}

agent_view create(call& c, const agent_body& body) {
  check_agent(c.with, body, nullptr);
  records::agent_record row;
  row.id = base::new_id();
  row.created_at = row.updated_at = c.now();
  row.owner_user_id = row.created_by = c.by.who.user_id;
  row.schedule_since = row.created_at;
  apply(body, row);
  c.db("agents.create", [row](storage::session& s) { storage::agents::create(s, row); });
  call::check(c.with.engine->triggers_changed());
  return with_next(zones_of(c), row, c.now());
}

agent_view change(call& c, const patch_of<agent_body>& patch) {
  auto row = find(c);
  check_may_use(c, row);
  const auto before = body_of(row);
  const auto body = patch.applied_to(before);
  check_agent(c.with, body, &before);
  apply(body, row);
  row.updated_at = c.now();
  must_be_found(
    c.db("agents.update", [by = c.viewer(), row](storage::session& s) { return storage::agents::update(s, by, row); }),
    "agent");
  call::check(c.with.engine->triggers_changed());
  return with_next(zones_of(c), row, c.now());
}

nothing remove(call& c) {
  check_may_use(c, find(c));
  must_be_found(c.db("agents.remove", [by = c.viewer(), id = c.parameter(), now = c.now()](
                                        storage::session& s) { return storage::agents::remove(s, by, id, now); }),
                "agent");
  call::check(c.with.engine->triggers_changed());
  return {};
}

run_started start(call& c, const run_body& body) {
  const auto row = find(c);
  check_may_use(c, row);
  return {call::value(
    c.with.engine->start_run(row.id, body.message.value_or(""), c.by.who.user_id, c.by.kind == sign_in_kind::key))};
}

std::vector<records::ability> abilities(call& c) { return c.with.abilities(records::definition_of(find(c))); }

std::vector<records::ability> preview_abilities(call& c, const abilities_body& body) {
  check_tools(c.with, body.allowed_tools);
  records::agent_record row;
  if (body.agent_id) {
    auto there = c.db("agents.find", [by = c.viewer(), id = *body.agent_id](storage::session& s) {
      return storage::agents::find(s, by, id);
    });
    if (!there)
      throw problem::field("agent_id", "There is no such agent.");
    row = std::move(*there);
  }
  row.allowed_tools = tools_from_json(body.allowed_tools);
  row.can_create_subagents = body.can_create_subagents;
  return c.with.abilities(records::definition_of(row));
}

std::vector<run_answer> list_runs(call& c) {
  const auto agent = find(c);
  std::vector<run_answer> out;
  for (const auto& row : c.db("runs.list", [by = c.viewer(), page = c.page(), id = agent.id](storage::session& s) {
         return storage::runs::list(s, by, page, id);
       }))
    out.push_back(view_of(row));
  say_why(c.with, out);
  return out;
}

std::vector<not_run_view> list_not_run(call& c) { return not_run_of(c, find(c).id); }

} // namespace

void add_agents(route_table& t) {
  t.add<std::vector<agent_view>>({.method = "GET",
                                  .path = "/api/agents",
                                  .key_scopes = {scope::read, scope::run},
                                  .help = "Your agents, newest first; an administrator sees all",
                                  .paged = true},
                                 list);
  t.add(
    {.method = "POST", .path = "/api/agents", .key_scopes = {scope::run}, .help = "Defines an agent", .status = 201},
    create);
  t.add<agent_view>(
    {.method = "GET", .path = "/api/agents/{id}", .key_scopes = {scope::read, scope::run}, .help = "An agent"}, get);
  t.add({.method = "PATCH",
         .path = "/api/agents/{id}",
         .key_scopes = {scope::run},
         .help = "Changes an agent; runs that were queued before keep what they have"},
        change);
  t.add<nothing>({.method = "DELETE",
                  .path = "/api/agents/{id}",
                  .key_scopes = {scope::run},
                  .help = "Deletes an agent; its runs stay readable"},
                 remove);
  t.add({.method = "POST",
         .path = "/api/agents/{id}/run",
         .key_scopes = {scope::run},
         .help = "Starts an agent",
         .status = 202},
        start);
  t.add<std::vector<records::ability>>({.method = "GET",
                                        .path = "/api/agents/{id}/abilities",
                                        .key_scopes = {scope::read, scope::run},
                                        .help = "What an agent may do while nobody watches, in words"},
                                       abilities);
  t.add({.method = "POST",
         .path = "/api/agents/abilities",
         .key_scopes = {scope::read, scope::run},
         .help = "The same for a definition that is not saved"},
        preview_abilities);
  t.add<std::vector<run_answer>>({.method = "GET",
                                  .path = "/api/agents/{id}/runs",
                                  .key_scopes = {scope::read, scope::run},
                                  .help = "An agent's runs, newest first",
                                  .paged = true},
                                 list_runs);
  t.add<std::vector<not_run_view>>({.method = "GET",
                                    .path = "/api/agents/{id}/not-run",
                                    .key_scopes = {scope::read, scope::run},
                                    .help = "Times of its schedule at which nothing was started, newest first",
                                    .paged = true},
                                   list_not_run);
}

} // namespace http::routes
