#include "commands/serve.hpp"

#include "actors/system/spawn.hpp"
#include "base/ids.hpp"
#include "clients/http/engine.hpp"
#include "engine/ask.hpp"
#include "http/actor_port.hpp"
#include "http/http_front.hpp"
#include "http/server/listener.hpp"
#include "http/standby.hpp"
#include "messages/schema.hpp"
#include "storage/agents.hpp"
#include "storage/journal_store.hpp"
#include "storage/leader_lock.hpp"
#include "storage/open_databases.hpp"
#include "storage/providers.hpp"
#include "storage/runtime_settings.hpp"
#include "storage/spending.hpp"
#include "storage/user_settings.hpp"
#include "storage/users.hpp"
#include "storage/whitelists.hpp"
#include "tools/abilities.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace commands {

namespace {

using namespace std::chrono_literals;

/// SIGTERM must end the server within 10 s. What is not over by then is cut off: every state that counts is committed.
constexpr auto stop_limit = 9s;

struct system_config : caf::actor_system_config {
  system_config() {
    messages::register_all(*this);
    set("scheduler.policy", caf::atom("sharing")); // 18 µs a request from outside in place of 116 (measured)
    set("scheduler.max-threads", std::size_t{std::max(2U, std::thread::hardware_concurrency())});
  }
};

/// Blocks the signals that end the server, before the first thread is made, so that all inherit it.
sigset_t block_signals() {
  sigset_t ends;
  ::sigemptyset(&ends);
  for (const int s : {SIGTERM, SIGINT})
    ::sigaddset(&ends, s);
  ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN); // a closed terminal does not end the server
  return ends;
}

/// Every stream is a descriptor. 1,024 is what programs that call select() can bear; this one polls.
void raise_descriptor_limit() {
  constexpr rlim_t wanted = 65'536; // what goes out, event streams and files together stay far below
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
    return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    spdlog::warn("descriptors_bounded limit={}", limit.rlim_cur);
}

/// Tries the port before anything is touched, so that one that is taken leaves the data directory as it was.
void try_port(const config::start_settings& settings) {
  http::listener probe;
  if (const auto port = probe.open(settings.host, settings.port, {}); !port)
    throw config::start_failure(config::exit_code::port, port.error().message);
}

bool is_loopback(const std::string& host) { return host == "127.0.0.1" || host == "::1" || host == "localhost"; }

/// Where a start setting came from, without line and name: `config`, `environment`, `command line`.
std::string kind_of_source(const std::string& source) {
  for (const char* kind : {"command line", "environment"})
    if (source.starts_with(kind))
      return kind;
  return "config";
}

std::vector<http::tool_info> list_tools() {
  std::vector<http::tool_info> out;
  const auto tools = tools::all_tools();
  for (const auto& t : tools->all()) {
    auto& info = out.emplace_back();
    info.name = t->name();
    info.description = t->description();
    info.risk = base::enum_name(t->worst_risk());
    info.needs_confirmation = t->may_ask();
    info.unattended = base::enum_name(t->unattended());
  }
  return out;
}

/// Set when another server has taken the database over: this one ends, and writes nothing more.
std::atomic<bool> deposed = false;

using connection = std::unique_ptr<storage::session>;

connection open_for_requests(const base::secret& conninfo) { return std::make_unique<storage::session>(conninfo); }

connection open_for_journal(const base::secret& conninfo, storage::leading as) {
  const char* name = as == storage::leading::runs ? "oai-web journal" : "oai-web intake";
  return std::make_unique<storage::session>(conninfo, storage::session_options{.application_name = name});
}

/// One of the journal's connections, which lead. After a lost connection (a restart of PostgreSQL) another server may have
/// come first: then this one ends.
connection open_leading(const base::secret& conninfo, storage::leading as) {
  auto s = open_for_journal(conninfo, as);
  for (int tries = 0; !storage::try_to_lead(*s, as); ++tries) {
    constexpr int patience = 60; // of 50 ms: the old connection's end may not have reached PostgreSQL
    if (tries == patience) {
      spdlog::error("another_server_leads advice=\"this one ends; two servers cannot share a database\"");
      deposed = true;
      if (const auto self = ::getpid(); self > 1)
        ::kill(self, SIGTERM); // the main thread waits for it
      throw base::failure_error(base::errc::unavailable, "another server leads this database");
    }
    std::this_thread::sleep_for(50ms);
  }
  return s;
}

/// Gives the connection that is there from the start, then such as `more` makes. From any thread.
actors::session_factory first_this_then(connection first, actors::session_factory more) {
  struct slot {
    std::mutex mutex;
    connection first;
  };
  const auto kept = std::make_shared<slot>();
  kept->first = std::move(first);
  return [kept, more = std::move(more)] {
    {
      const std::scoped_lock lock(kept->mutex);
      if (kept->first)
        return std::move(kept->first);
    }
    return more();
  };
}

/// The first connections of the journal and of the pool. They are made while the databases are being looked at and the
/// vault's key is derived, as each takes some milliseconds.
struct first_connections {
  std::future<connection> runs;
  std::future<connection> intake;
  std::future<connection> requests;
};

first_connections connect_early(const base::secret& conninfo) {
  return {std::async(std::launch::async, open_for_journal, conninfo, storage::leading::runs),
          std::async(std::launch::async, open_for_journal, conninfo, storage::leading::intake),
          std::async(std::launch::async, open_for_requests, conninfo)};
}

struct connections {
  connection runs;
  connection intake;
  connection requests;
};

/// Both locks or none: another that stands by may hold one for a moment.
bool try_to_lead(connections& c) {
  if (!storage::try_to_lead(*c.runs, storage::leading::runs))
    return false;
  if (storage::try_to_lead(*c.intake, storage::leading::intake))
    return true;
  storage::stop_leading(*c.runs, storage::leading::runs);
  return false;
}

/// Ends while standing by.
struct ended_early {};

/// The journal's lead from here on: what is read after it, no other server changes. While another server leads, this one
/// stands by: it listens and says so, and tries again. Answers the port that it listened on; 0: it led at once.
std::uint16_t take_the_lead(connections& c, const base::secret& conninfo, const config::start_settings& settings,
                            const sigset_t& ends) {
  if (try_to_lead(c))
    return 0;
  http::server_settings listen;
  listen.host = settings.host;
  listen.port = settings.port;
  http::standby_server standby(listen);
  const auto port = standby.start();
  if (!port)
    throw config::start_failure(config::exit_code::port, port.error().message);
  std::cout << "listening on http://" << settings.host << ':' << *port << std::endl;
  spdlog::info("standing_by reason=\"another server leads the database\"");
  for (;;) {
    constexpr timespec pause{.tv_sec = 0, .tv_nsec = 500'000'000};
    if (::sigtimedwait(&ends, nullptr, &pause) > 0)
      throw ended_early{};
    try {
      if (try_to_lead(c))
        break;
    } catch (const base::failure_error&) { // PostgreSQL restarts: the leader comes back, or this one leads
      try {
        c = {open_for_journal(conninfo, storage::leading::runs), open_for_journal(conninfo, storage::leading::intake),
             open_for_requests(conninfo)};
      } catch (const base::failure_error& e) {
        spdlog::warn("standing_by_without_database error=\"{}\"", e.what());
      }
    }
  }
  spdlog::info("taking_over");
  standby.stop();
  return *port;
}

/// What is read from the database once, before the actors are there.
struct first_look {
  config::runtime_settings settings;
  records::user_profiles profiles;
  records::spending_rules spending;
  std::vector<records::provider_settings> providers;
  std::vector<std::string> trusted_domains;
  std::vector<records::queue_count> queued;
  std::vector<base::timestamp> autonomous_starts;
  std::vector<records::agent_limit> agent_limits;
  bool has_users = false;
};

first_look look(storage::session& s, const storage::opened_databases& databases, const base::clock& clock) {
  first_look seen;
  seen.settings = storage::load_runtime_settings(s, *databases.vault);
  seen.profiles = storage::user_settings::profiles(s, *databases.vault);
  seen.spending = storage::spending::rules(s, seen.settings.time_zone);
  seen.providers = storage::load_providers(s, *databases.vault, seen.settings, seen.profiles);
  seen.trusted_domains = storage::web_whitelist::domains(s);
  seen.queued = storage::count_queued(s);
  seen.autonomous_starts = storage::autonomous_starts_since(s, clock.now() - std::chrono::hours{1},
                                                            seen.settings.max_autonomous_runs_per_hour);
  seen.agent_limits = storage::agents::run_limits(s);
  seen.has_users = storage::users::any_exists(s);
  return seen;
}

actors::engine_setup setup_of(const config::start_settings& settings, const storage::opened_databases& databases,
                              connections first, first_look seen, const http::in_force& now,
                              const base::clock_ptr& clock, const std::shared_ptr<engine::metrics>& metrics) {
  actors::engine_setup setup;
  const auto aide = databases.aide;
  setup.open_aide = first_this_then(std::move(first.requests), [aide] { return open_for_requests(aide); });
  setup.open_journal
    = first_this_then(std::move(first.runs), [aide] { return open_leading(aide, storage::leading::runs); });
  setup.open_intake
    = first_this_then(std::move(first.intake), [aide] { return open_leading(aide, storage::leading::intake); });
  setup.vault = databases.vault;
  setup.clock = clock;
  setup.metrics = metrics;
  setup.limits = http::run_limits_of(seen.settings);
  setup.db_connections = settings.db_connections;
  setup.users_folder
    = seen.settings.users_base_folder.empty() ? settings.data_dir + "/users" : seen.settings.users_base_folder;
  setup.queued = std::move(seen.queued);
  setup.autonomous_starts = std::move(seen.autonomous_starts);
  setup.agent_limits = std::move(seen.agent_limits);
  setup.settings = now.settings;
  setup.profiles = now.profiles;
  setup.spending = now.spending;
  setup.trusted_domains = now.trusted_domains;
  setup.providers = std::move(seen.providers);
  net::engine_settings outgoing;
  outgoing.allow_hosts = seen.settings.egress_allow_hosts;
  setup.paused = std::make_shared<std::atomic<bool>>(seen.settings.paused);
  outgoing.hold = setup.paused;
  setup.http = std::make_shared<net::engine>(std::move(outgoing));
  return setup;
}

/// Ends every actor when serve() ends, on whatever way: the actor system waits for all of them.
class all_actors {
public:
  explicit all_actors(actors::engine_tree engine) : engine_(std::move(engine)) {}
  all_actors(const all_actors&) = delete;
  all_actors& operator=(const all_actors&) = delete;
  ~all_actors() {
    if (front)
      caf::anon_send_exit(front, caf::exit_reason::user_shutdown);
    for (const auto& a : engine_.all)
      caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
    engine::forget_asker();
  }
  [[nodiscard]] actors::engine_tree& engine() noexcept { return engine_; }
  messages::http_front_actor front;

private:
  actors::engine_tree engine_;
};

/// Ends the process when an orderly stop takes too long.
class stop_watch {
public:
  stop_watch()
    : thread_([this](const std::stop_token& stop) {
        const auto end = std::chrono::steady_clock::now() + stop_limit;
        while (!stop.stop_requested()) {
          if (std::chrono::steady_clock::now() > end) {
            spdlog::error("stop_cut_off after_s={}", std::chrono::seconds(stop_limit).count());
            std::_Exit(0); // PostgreSQL ends with this process
          }
          std::this_thread::sleep_for(20ms);
        }
      }) {}

private:
  std::jthread thread_;
};

int serve_until(const sigset_t& ends, const config::sourced_settings& sourced, const tree_extension& extend) {
  const auto& settings = sourced.values;
  raise_descriptor_limit();
  try_port(settings);
  const auto clock = base::system_clock();
  first_connections early;
  connections first;
  base::secret aide;
  std::uint16_t stood_by_at = 0; // this port
  const auto connect = [&](const base::secret& conninfo) {
    if (!early.runs.valid() && !first.runs) // the first time
      early = connect_early(aide = conninfo);
  };
  const auto lead = [&] {
    first = {early.runs.get(), early.intake.get(), early.requests.get()};
    stood_by_at = take_the_lead(first, aide, settings, ends);
    return stood_by_at != 0;
  };
  const auto databases = storage::open_databases(settings, *clock, connect, lead);
  auto seen = look(*first.requests, databases, *clock);
  const auto metrics = std::make_shared<engine::metrics>();
  const http::in_force now{std::make_shared<http::settings_holder>(seen.settings),
                           std::make_shared<base::shared_value<records::user_profiles>>(seen.profiles),
                           std::make_shared<base::shared_value<records::spending_rules>>(seen.spending),
                           std::make_shared<base::shared_value<std::vector<std::string>>>(seen.trusted_domains)};
  http::services services;
  if (!seen.has_users && !is_loopback(settings.host)) {
    services.setup_code = base::random_token(9);
    std::cerr << "To create the first admin, the page asks for this code: " << services.setup_code << std::endl;
  }

  std::optional<stop_watch> limit; // outlives the actor system
  system_config config;
  caf::actor_system system(config);
  all_actors running(actors::spawn_engine(
    system, setup_of(settings, databases, std::move(first), std::move(seen), now, clock, metrics)));
  auto& engine = running.engine();
  if (extend)
    extend(system, engine);
  if (const auto loaded = engine::ask<messages::done>(system, engine.webhooks, 20s, messages::reload_webhooks{});
      !loaded)
    throw config::start_failure(config::exit_code::database,
                                "The webhooks could not be read: " + loaded.error().message);

  services.engine = std::make_shared<http::actor_port>(
    system,
    http::actor_handles{engine.db, engine.journal, engine.supervisor, engine.webhooks, engine.outbox, engine.telegram,
                        engine.liveness, engine.scheduler, engine.hub, engine.gateway, engine.http, engine.injector,
                        engine.tree.registry},
    now, databases.vault);
  services.settings = now.settings;
  services.vault = databases.vault;
  services.metrics = metrics;
  services.clock = clock;
  services.tools = list_tools();
  services.abilities
    = [all = tools::all_tools()](const records::run_definition& d) { return tools::abilities(*all, d); };
  services.data_dir = settings.data_dir;
  services.leads_since = clock->now();
  if (settings.injection == config::injection_mode::on)
    services.injection_source = kind_of_source(sourced.sources.at("injection"));
  if (const char* folder = std::getenv("OAI_WEB_UI_DIR"))
    services.ui_dir = folder;

  http::server_settings listen;
  listen.host = settings.host;
  listen.port = stood_by_at != 0 ? stood_by_at : settings.port;
  running.front
    = http::spawn_http_front(system, engine.tree.at("/front/http_front", "http_front"), std::move(services), listen);
  const auto port = engine::ask<messages::front_started>(system, running.front, 20s, messages::start_front{});
  if (!port)
    throw config::start_failure(config::exit_code::port, port.error().message);
  if (stood_by_at == 0)
    std::cout << "listening on http://" << settings.host << ':' << port->port << std::endl;
  spdlog::info("leading port={}", port->port);
  const bool any_address = settings.host.empty() || settings.host == "0.0.0.0" || settings.host == "::";
  const auto host = any_address                                    ? std::string("127.0.0.1")
                    : settings.host.find(':') != std::string::npos ? "[" + settings.host + "]"
                                                                   : settings.host;
  caf::anon_send(engine.liveness, messages::probe_at{"http://" + host + ':' + std::to_string(port->port)});

  int signal = 0;
  ::sigwait(&ends, &signal);
  spdlog::info("stopping signal={}", signal);
  limit.emplace();
  (void)engine::ask<messages::done>(system, running.front, 4s, messages::stop_front{});
  // A tool that is under way may end, and what it did is committed: else its outcome would count as unknown.
  (void)engine::ask<messages::done>(system, engine.supervisor, 5s, messages::drain_runs{});
  return deposed ? static_cast<int>(config::exit_code::database) : 0;
}

} // namespace

int serve(const config::sourced_settings& sourced, const tree_extension& extend) {
  const auto ends = block_signals();
  try {
    return serve_until(ends, sourced, extend);
  } catch (const ended_early&) {
    spdlog::info("stopping while=standing_by");
    return 0;
  }
}

} // namespace commands
