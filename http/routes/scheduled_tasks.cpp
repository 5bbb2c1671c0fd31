#include "storage/scheduled_tasks.hpp"
#include "base/ids.hpp"
#include "engine/cron.hpp"
#include "http/routes/agent_body.hpp"
#include "http/routes/all.hpp"
#include "http/routes/run_view.hpp"
#include "http/routes/schedule_view.hpp"
#include "storage/runs.hpp"

#include <span>

/// Scheduled tasks: a prompt and a time, the lighter predecessor of agents.
namespace http::routes {
namespace {

struct task_body {
  std::string name;
  std::string prompt;
  std::optional<std::string> description;
  std::optional<std::string> schedule;
  boost::json::value allowed_tools = "none"; ///< "all", "none" or a list of names
  bool enabled = true;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "name", .required = true, .min = 1, .max = 100},
         {.name = "prompt", .help = "what is to be done", .required = true, .min = 1, .max = 200'000},
         {.name = "description", .max = 2'000},
         {.name = "schedule", .help = "cron with five fields, or @daily and the like; empty: by hand", .max = 200},
         {.name = "allowed_tools", .help = "\"all\", \"none\", or a list of names, as an agent's"}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(task_body, (), (name, prompt, description, schedule, allowed_tools, enabled))

struct task_view {
  std::string id;
  std::string name;
  std::optional<std::string> description;
  std::optional<std::string> schedule;
  std::string prompt;
  boost::json::value allowed_tools;
  bool enabled = true;
  std::optional<base::timestamp> last_run;
  std::optional<std::string> last_status;
  std::optional<base::timestamp> created_at;
  std::optional<base::timestamp> updated_at;
  std::optional<std::string> owner_user_id;
  std::optional<std::string> agent_id; ///< the agent that it was made into
  std::optional<base::timestamp> next_run_at;
  std::string time_zone; ///< in which its schedule goes
};
BOOST_DESCRIBE_STRUCT(task_view, (),
                      (id, name, description, schedule, prompt, allowed_tools, enabled, last_run, last_status,
                       created_at, updated_at, owner_user_id, agent_id, next_run_at, time_zone))

struct task_started {
  std::string run_id;
};
BOOST_DESCRIBE_STRUCT(task_started, (), (run_id))

task_view view_of(const owner_zones& zones, const records::scheduled_task& r, base::timestamp now) {
  task_view out{r.id,         r.name,       r.description,
                r.schedule,   r.prompt,     tools_to_json(r.allowed_tools),
                r.enabled,    r.last_run,   r.last_status,
                r.created_at, r.updated_at, r.owner_user_id,
                r.agent_id,   {},           zones.of(r.owner_user_id)};
  if (r.enabled && r.schedule)
    out.next_run_at = zones.next(*r.schedule, r.owner_user_id, now);
  return out;
}

/// As agents: those without an owner are the system's, and administrators see to them; an administrator may look at those of
/// others.
records::scheduled_task find(const call& c) {
  return found(c.db("scheduled_tasks.find",
                    [by = c.viewer(), id = c.parameter()](storage::session& s) {
                      return storage::scheduled_tasks::find(s, by, id);
                    }),
               "task");
}

task_body body_of(const records::scheduled_task& r) {
  return {r.name, r.prompt, r.description, r.schedule, tools_to_json(r.allowed_tools), r.enabled};
}

void apply(const task_body& body, records::scheduled_task& row) {
  row.name = body.name;
  row.prompt = body.prompt;
  row.description = body.description;
  row.schedule = body.schedule;
  row.allowed_tools = tools_from_json(body.allowed_tools);
  row.enabled = body.enabled;
}

/// What did not change from `before` is not looked at again: rows of older databases may name what this server lacks.
void check_task(const services& with, const task_body& body, const task_body* before) {
  base::field_errors errors;
  if (body.schedule && (before == nullptr || before->schedule != body.schedule))
    if (const auto cron = engine::cron::parse(*body.schedule); !cron)
      errors.push_back({"schedule", cron.error().message});
  if (before == nullptr || before->allowed_tools != body.allowed_tools)
    check_tools(with, body.allowed_tools, errors);
  if (!errors.empty())
    throw problem(std::move(errors));
}

std::vector<task_view> list(call& c) {
  std::vector<task_view> out;
  const auto zones = zones_of(c);
  for (const auto& row : c.db("scheduled_tasks.list", [by = c.viewer(), page = c.page()](storage::session& s) {
         return storage::scheduled_tasks::list(s, by, page);
       }))
    out.push_back(view_of(zones, row, c.now()));
  return out;
}

task_view get(call& c) { return view_of(zones_of(c), find(c), c.now()); }

task_view create(call& c, const task_body& body) {
  check_task(c.with, body, nullptr);
  records::scheduled_task row;
  row.id = base::new_id();
  row.created_at = row.updated_at = row.schedule_since = c.now();
  row.owner_user_id = c.by.who.user_id;
  apply(body, row);
  c.db("scheduled_tasks.create", [row](storage::session& s) { storage::scheduled_tasks::create(s, row); });
  call::check(c.with.engine->triggers_changed());
  return view_of(zones_of(c), row, c.now());
}

task_view change(call& c, const patch_of<task_body>& patch) {
  auto row = find(c);
  const auto before = body_of(row);
  const auto body = patch.applied_to(before);
  check_task(c.with, body, &before);
  apply(body, row);
  row.updated_at = c.now();
  must_be_found(
    c.db("scheduled_tasks.update",
         [by = c.viewer(), row](storage::session& s) { return storage::scheduled_tasks::update(s, by, row); }),
    "task");
  call::check(c.with.engine->triggers_changed());
  return view_of(zones_of(c), row, c.now());
}

nothing remove(call& c) {
  must_be_found(c.db("scheduled_tasks.remove",
                     [by = c.viewer(), id = c.parameter()](storage::session& s) {
                       return storage::scheduled_tasks::remove(s, by, id);
                     }),
                "task");
  call::check(c.with.engine->triggers_changed());
  return {};
}

task_started start(call& c) {
  return {call::value(c.with.engine->run_task(find(c).id, c.by.kind == sign_in_kind::key))};
}

agent_view convert(call& c) {
  const auto task = find(c);
  records::agent_record agent;
  agent.id = base::new_id();
  agent.name = task.name;
  agent.description = task.description;
  agent.prompt = task.prompt;
  agent.model = c.with.settings->get()->default_model;
  agent.allowed_tools = task.allowed_tools;
  agent.schedule = task.schedule;
  agent.enabled = task.enabled;
  agent.owner_user_id = task.owner_user_id;
  agent.created_by = c.by.who.user_id;
  agent.created_at = agent.updated_at = c.now();
  agent.schedule_since = agent.created_at;
  c.db("scheduled_tasks.convert", [by = c.viewer(), id = task.id, agent](storage::session& s) {
    storage::scheduled_tasks::convert(s, by, id, agent);
  });
  call::check(c.with.engine->triggers_changed());
  auto out = routes::view_of(agent);
  const auto zones = zones_of(c);
  out.time_zone = zones.of(agent.owner_user_id);
  if (agent.enabled && agent.schedule)
    out.next_run_at = zones.next(*agent.schedule, agent.owner_user_id, c.now());
  return out;
}

std::vector<run_answer> list_runs(call& c) {
  const auto task = find(c);
  std::vector<run_answer> out;
  for (const auto& row : c.db("runs.of_task", [by = c.viewer(), page = c.page(), id = task.id](storage::session& s) {
         return storage::runs::list_of_task(s, by, id, page);
       }))
    out.push_back(routes::view_of(row));
  say_why(c.with, out);
  return out;
}

std::vector<not_run_view> list_not_run(call& c) { return not_run_of(c, find(c).id); }

} // namespace

void add_scheduled_tasks(route_table& t) {
  constexpr scopes readers{scope::read, scope::run};
  t.add<std::vector<task_view>>({.method = "GET",
                                 .path = "/api/scheduled-tasks",
                                 .key_scopes = readers,
                                 .help = "Your scheduled tasks, newest first; an administrator sees all",
                                 .paged = true},
                                list);
  t.add({.method = "POST",
         .path = "/api/scheduled-tasks",
         .key_scopes = {scope::run},
         .help = "Makes a scheduled task",
         .status = 201},
        create);
  t.add<task_view>(
    {.method = "GET", .path = "/api/scheduled-tasks/{id}", .key_scopes = readers, .help = "A scheduled task"}, get);
  t.add({.method = "PATCH",
         .path = "/api/scheduled-tasks/{id}",
         .key_scopes = {scope::run},
         .help = "Changes a scheduled task"},
        change);
  t.add<nothing>({.method = "DELETE",
                  .path = "/api/scheduled-tasks/{id}",
                  .key_scopes = {scope::run},
                  .help = "Deletes a scheduled task; its runs stay readable"},
                 remove);
  t.add<task_started>({.method = "POST",
                       .path = "/api/scheduled-tasks/{id}/run",
                       .key_scopes = {scope::run},
                       .help = "Starts a scheduled task now",
                       .status = 202},
                      start);
  t.add<agent_view>(
    {.method = "POST",
     .path = "/api/scheduled-tasks/{id}/convert",
     .key_scopes = {scope::run},
     .help = "Makes an agent of it, with the same prompt, tools and schedule, and switches the task off",
     .status = 201},
    convert);
  t.add<std::vector<run_answer>>({.method = "GET",
                                  .path = "/api/scheduled-tasks/{id}/runs",
                                  .key_scopes = readers,
                                  .help = "A task's runs, newest first",
                                  .paged = true},
                                 list_runs);
  t.add<std::vector<not_run_view>>({.method = "GET",
                                    .path = "/api/scheduled-tasks/{id}/not-run",
                                    .key_scopes = readers,
                                    .help = "Times of its schedule at which nothing was started, newest first",
                                    .paged = true},
                                   list_not_run);
}

} // namespace http::routes
