#pragma once

#include "actors/outbound/demo_provider.hpp"
#include "actors/outbound/llm_gateway.hpp"
#include "actors/runs/run_supervisor.hpp"
#include "storage/subagents.hpp"
#include "tests/support/actor_fixture.hpp"

#include <boost/json/parse.hpp>

#include <deque>
#include <map>
#include <ranges>

namespace support {

/// Runs in virtual time on stub collaborators: a journal that keeps what it is told, a hub that keeps events, a tool pool
/// that works at once or when told. The demo model is the real one.
struct run_fixture : actor_fixture {
  using steps = std::vector<records::step_record>;

  run_fixture() {
    services->tree = tree;
    services->clock = clock;
    services->tools = tools::all_tools();
    services->listened = listened;
    services->paused = paused;
    services->journal = sys.spawn([this]() -> messages::journal_actor::behavior_type { return journal_behavior(); });
    services->hub = sys.spawn([this]() -> messages::event_hub_actor::behavior_type {
      return {
        [this](const messages::publish& m) { events.push_back(m); },
        [](const messages::turn_begins&) {},
        [](const messages::turn_ended&) {},
        [](const messages::subscribe&) {},
        [](const messages::unsubscribe&) {},
        [this](const messages::run_queued& m) { notes.push_back("queued " + m.run_id); },
        [this](const messages::run_started& m) { notes.push_back("started " + m.run_id); },
        [this](const messages::run_finished& m) {
          notes.push_back(std::string(base::enum_name(m.status)) + ' ' + m.run_id);
        },
        [](const messages::get_topic_state&) { return messages::topic_state{}; },
        [](messages::sweep_topics) {},
      };
    });
    services->outbox = sys.spawn([]() -> messages::outbox_actor::behavior_type {
      return {[](const messages::deliver&) { return messages::done{}; }, [](const messages::notify_user&) {},
              [](messages::look_outbox) {}, [](messages::reload_outbox) { return messages::done{}; },
              [](messages::outbox_due) {}};
    });
    services->ends_are_told = std::make_shared<const std::atomic<bool>>(false);
    services->tool_pool = sys.spawn([this]() -> messages::blocking_pool_actor::behavior_type {
      return {[this](const messages::blocking_job& job) {
        tool_jobs.push_back(job.name);
        return messages::blocking_result{job.work()};
      }};
    });
    services->gateway = caf::actor_cast<messages::llm_gateway_actor>(
      sys.spawn<actors::llm_gateway>(tree.at("/outbound/llm_gateway", "llm_gateway"), gateway_services(),
                                     caf::actor_cast<messages::model_actor>(sys.spawn<actors::demo_provider>(
                                       tree.at("/outbound/provider/demo", "provider")))));
    services->settings = settings;
    services->trusted_domains = std::make_shared<base::shared_value<std::vector<std::string>>>();
    services->profiles = profiles;
    services->folders_of = [](const tools::caller&) { return std::vector<tools::allowed_folder>{}; };
    database = sys.spawn([this]() -> messages::db_pool_actor::behavior_type {
      return {[this](const messages::db_job& job) -> caf::result<messages::db_result> {
        if (job.name == "subagents.ended")
          return messages::db_result{ended_runs()};
        if (job.name == "agents.run_limits")
          return messages::db_result{agent_limits};
        if (job.name == "runs.autonomous_starts")
          return messages::db_result{autonomous_starts};
        return messages::db_result{};
      }};
    });
    services->db = database;
    services->ask_db = [this](const std::string& name, const auto&) -> std::any {
      if (name == "subagents.runs_above")
        return runs_above;
      return name == "subagents.reachable" ? std::any(subagents) : std::any{};
    };
  }
  ~run_fixture() override {
    drain(); // an actor that never ran is not in the registry yet
    if (supervisor)
      end(supervisor);
    for (const auto& path : {"/outbound/llm_gateway", "/outbound/provider/demo"})
      if (const auto a = tree.registry->find(path))
        end(caf::actor_cast<caf::actor>(a));
    end(services->journal);
    end(services->hub);
    end(services->outbox);
    end(services->tool_pool);
    end(database);
    *services = {};
  }

  messages::journal_actor::behavior_type journal_behavior() {
    return {
      [this](const messages::tell_queued& m) { queue_listener = m.to; },
      [this](const messages::queue_run& m) {
        put_in_queue(m.run.run);
        return messages::run_stored{{m.run.run.id, {}, false}};
      },
      [](const messages::accept_event&) {},
      [this](const messages::write_run& m) {
        writes.push_back(m.write);
        for (const auto& s : m.write.steps)
          stored[m.write.run_id][s.seq] = s;
        if (m.write.change)
          changes[m.write.run_id] = *m.write.change;
        for (const auto& run : m.write.queued)
          put_in_queue(run);
        return messages::done{};
      },
      [this](const messages::write_audit& m) -> caf::result<messages::done> {
        if (audit_fails)
          return messages::to_error({base::errc::unavailable, "the database is away"});
        audits.push_back(m.row);
        return messages::done{};
      },
      [](const messages::store_event&) { return messages::done{}; },
      [this](const messages::claim_runs& m) {
        messages::claimed_runs out;
        for (auto at = waiting.begin(); at != waiting.end() && static_cast<int>(out.runs.size()) < m.count;) {
          const auto agent = records::agent_of(*at);
          if (at->owner_user_id.value_or("") != m.owner_user_id || at->priority != m.priority
              || (!m.agent_id.empty() && agent != m.agent_id)
              || std::ranges::find(m.without, agent) != m.without.end()) {
            ++at;
            continue;
          }
          out.runs.push_back(claim(*at));
          started.push_back(at->id);
          taken.insert_or_assign(at->id, *at);
          at = waiting.erase(at);
        }
        return out;
      },
      [this](const messages::recover_runs& m) {
        if (const auto at = taken.find(m.only); at != taken.end()) {
          auto again = claim(at->second);
          again.run.attempts = 2;
          for (const auto& [seq, step] : stored[m.only])
            again.steps.push_back(step);
          return messages::claimed_runs{{std::move(again)}};
        }
        return m.after.empty() ? messages::claimed_runs{to_recover} : messages::claimed_runs{};
      },
      [this](const messages::note_crash& m) { return messages::crash_noted{++crashes[m.run_id]}; },
      [](const messages::try_run_again&) { return messages::done{}; },
      [this](const messages::stop_queued_run& m) {
        const auto at = std::ranges::find(waiting, m.run_id, &records::run_record::id);
        if (at == waiting.end())
          return messages::queued_run_stopped{};
        messages::queued_run_stopped out{true, at->owner_user_id.value_or(""), at->priority,
                                         at->parent_run_id.value_or(""), records::agent_of(*at)};
        changes[at->id].state = records::run_state::stopped;
        waiting.erase(at);
        return out;
      },
      [this](const messages::answer_confirmation& m) -> caf::result<messages::confirmation_answered> {
        for (const auto& w : writes)
          if (w.confirmation && w.confirmation->call_id == m.call_id) {
            auto c = *w.confirmation;
            c.state = m.approved ? records::confirmation_state::approved : records::confirmation_state::denied;
            c.scope = m.scope;
            return messages::confirmation_answered{c};
          }
        return messages::to_error({base::errc::not_found, "no"});
      },
      [](const messages::set_journal_limits&) {},
    };
  }

  void put_in_queue(const records::run_record& run) {
    waiting.push_back(run);
    messages::runs_queued note{{{run.owner_user_id.value_or(""), run.priority, 1, records::agent_of(run)}}, {}};
    if (listened->has("queue"))
      note.runs.push_back({run.id, run.owner_user_id.value_or(""), run.priority});
    self->send(queue_listener, std::move(note));
  }
  [[nodiscard]] std::vector<storage::subagents::run_end> ended_runs() const {
    std::vector<storage::subagents::run_end> out;
    for (const auto& [id, change] : changes)
      if (records::has_ended(change.state))
        out.push_back({id, change.state, change.result, change.error});
    return out;
  }
  static records::claimed_run claim(const records::run_record& run) {
    records::claimed_run out;
    out.run = run;
    out.run.attempts = 1;
    out.owner = {"u1", "ada", records::user_role::admin, true};
    return out;
  }
  /// A run of an agent with this prompt that may use the named tools.
  static records::run_record agent_run(const std::string& id, const std::string& prompt,
                                       const std::string& owner = "u1",
                                       records::run_priority priority = records::run_priority::autonomous) {
    records::run_record run;
    run.id = id;
    run.agent_id = "a1";
    run.owner_user_id = owner;
    run.priority = priority;
    run.definition.prompt = prompt;
    run.definition.model = "demo:scripted";
    run.definition.allowed_tools = std::vector<std::string>{"time", "filesystem"};
    return run;
  }
  static records::run_record chat_turn(const std::string& id, const std::string& text) {
    records::run_record run;
    run.id = id;
    run.kind = records::run_kind::chat;
    run.conversation_id = "c1";
    run.owner_user_id = "u1";
    run.priority = records::run_priority::interactive;
    run.definition.model = "demo:scripted";
    run.message = text;
    return run;
  }

  void start_supervisor(messages::set_run_limits limits = {}) {
    actors::run_supervisor_settings settings;
    settings.limits = limits;
    settings.agent_limits = agent_limits;
    settings.store_paused = [](bool) { return messages::db_job{}; };
    supervisor = sys.spawn<actors::run_supervisor>(tree.at("/runs/supervisor", "run_supervisor"), services, database,
                                                   paused, metrics, std::move(settings));
    drain();
  }
  void queue(records::run_record run) {
    ask<messages::run_stored>(services->journal, messages::queue_run{{std::move(run), {}, {}, {}}});
    drain();
  }
  records::run_state state_of(const std::string& run) {
    const auto at = changes.find(run);
    return at == changes.end() ? records::run_state::running : at->second.state;
  }
  std::string text_of_events() const {
    std::string out;
    for (const auto& e : events)
      if (e.name == "text")
        out += boost::json::parse(e.data).at("content").as_string();
    return out;
  }
  std::vector<std::string> event_names() const {
    std::vector<std::string> out;
    for (const auto& e : events)
      out.push_back(e.name);
    return out;
  }

  std::shared_ptr<actors::run_services> services = std::make_shared<actors::run_services>();
  std::shared_ptr<engine::listeners> listened = std::make_shared<engine::listeners>();
  std::shared_ptr<std::atomic<bool>> paused = std::make_shared<std::atomic<bool>>(false);
  engine::metrics metrics;
  std::shared_ptr<base::shared_value<::config::runtime_settings>> settings
    = std::make_shared<base::shared_value<::config::runtime_settings>>();
  /// Of a gateway that has the demo model alone.
  actors::gateway_services gateway_services() {
    actors::gateway_services out;
    out.clock = clock;
    out.spending = std::make_shared<base::shared_value<records::spending_rules>>();
    return out;
  }
  std::shared_ptr<base::shared_value<records::user_profiles>> profiles
    = std::make_shared<base::shared_value<records::user_profiles>>();
  messages::db_pool_actor database;
  messages::run_supervisor_actor supervisor;
  messages::queue_listener_actor queue_listener;
  std::deque<records::run_record> waiting;
  std::vector<records::claimed_run> to_recover;
  std::vector<std::string> started;
  std::map<std::string, records::run_record> taken; ///< from the queue
  std::map<std::string, std::int64_t> crashes;
  std::vector<records::run_write> writes;
  std::map<std::string, std::map<int, records::step_record>> stored;
  std::map<std::string, records::run_change> changes;
  std::vector<messages::publish> events;
  std::vector<std::string> notes; ///< what the hub was told of runs
  std::vector<records::audit_record> audits;
  bool audit_fails = false;
  std::vector<records::agent_limit> agent_limits; ///< as the database has them
  std::vector<base::timestamp> autonomous_starts; ///< the same
  std::vector<records::agent_record> subagents;   ///< that the tool `agents` finds
  int runs_above = 0;                             ///< what it is told of the run's depth
  std::vector<std::string> tool_jobs;
};

} // namespace support
