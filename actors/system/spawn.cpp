#include "actors/system/spawn.hpp"

#include "actors/front/event_hub.hpp"
#include "actors/front/injector.hpp"
#include "actors/front/monitor.hpp"
#include "actors/outbound/blocking_pool.hpp"
#include "actors/outbound/demo_provider.hpp"
#include "actors/outbound/http_client.hpp"
#include "actors/outbound/llm_gateway.hpp"
#include "actors/outbound/outbox.hpp"
#include "actors/outbound/push_channel.hpp"
#include "actors/outbound/telegram_channel.hpp"
#include "actors/outbound/webhook_channel.hpp"
#include "actors/runs/run_supervisor.hpp"
#include "actors/runs/scheduler.hpp"
#include "actors/storage/journal.hpp"
#include "actors/system/guardian.hpp"
#include "actors/triggers/liveness.hpp"
#include "actors/triggers/telegram_bot.hpp"
#include "actors/triggers/webhooks.hpp"
#include "base/ids.hpp"
#include "engine/ask.hpp"
#include "storage/credentials.hpp"
#include "storage/webhook_targets.hpp"
#include "storage/whitelists.hpp"

#include <caf/all.hpp>

#include <random>
#include <set>

namespace actors {

namespace {

/// The caller's own folder, and those of the whitelist that he may use.
std::function<std::vector<tools::allowed_folder>(const tools::caller&)>
make_folders_of(caf::actor_system& system, const messages::db_pool_actor& db, const std::string& users_folder) {
  return [&system, db, users_folder](const tools::caller& by) {
    const auto rows = engine::ask<messages::db_result>(system, db, std::chrono::seconds{20},
                                                       make_job("filesystem_whitelist.list", [](storage::session& s) {
                                                         return storage::filesystem_whitelist::list(s);
                                                       }));
    if (!rows)
      throw base::failure_error(rows.error());
    std::vector<tools::allowed_folder> folders;
    if (!by.owner.username.empty())
      folders.push_back({users_folder + '/' + by.owner.username, true});
    for (const auto& entry : std::any_cast<const std::vector<records::filesystem_whitelist_entry>&>(rows->value))
      if (by.owner.role == records::user_role::admin || entry.for_users)
        folders.push_back({entry.path, false});
    return folders;
  };
}

/// Database work for a tool's thread, by asking the pool.
std::function<std::any(std::string, std::function<std::any(storage::session&)>)>
make_ask_db(caf::actor_system& system, const messages::db_pool_actor& db) {
  return [&system, db](std::string name, std::function<std::any(storage::session&)> work) -> std::any {
    auto answer = engine::ask<messages::db_result>(system, db, std::chrono::seconds{20},
                                                   messages::db_job{std::move(name), std::move(work)});
    if (!answer)
      throw base::failure_error(answer.error());
    return std::move(answer->value);
  };
}

/// How deliveries are made. What they are made by is read anew when targets or settings change.
delivery_channels make_channels(const engine_setup& setup, const std::shared_ptr<std::atomic<bool>>& ends_are_told) {
  struct loaded {
    webhook_channel::targets targets;
    push_channel::receivers receivers;
    std::set<std::string> chats; ///< of Telegram, that may be written to
    bool ends_are_told = false;
  };
  delivery_channels out;
  auto webhook = std::make_unique<webhook_channel>(setup.clock);
  auto push = std::make_unique<push_channel>(setup.clock);
  auto telegram = std::make_unique<telegram_channel>();
  out.load = [vault = setup.vault](storage::session& s) -> std::any {
    std::set<std::string> chats;
    for (const auto& entry : storage::telegram::load_rules(s).whitelist)
      chats.insert(entry.chat_id);
    return loaded{webhook_channel::load(s, *vault), push_channel::load(s, *vault), std::move(chats),
                  storage::webhook_targets::any_agent_is_told(s)};
  };
  out.take = [webhook = webhook.get(), push = push.get(), telegram = telegram.get(), settings = setup.settings,
              ends_are_told](const std::any& what) {
    auto all = std::any_cast<loaded>(what);
    ends_are_told->store(all.ends_are_told);
    webhook->use(std::move(all.targets));
    const auto now = settings->get();
    all.receivers.pushover_app_token = now->pushover_app_token;
    all.receivers.pushover_url = now->pushover_base_url;
    push->use(std::move(all.receivers));
    telegram->use({{now->telegram_base_url, now->telegram_bot_token}, std::move(all.chats)});
  };
  out.all.emplace(records::outbox_channel::webhook, std::move(webhook));
  out.all.emplace(records::outbox_channel::push, std::move(push));
  out.all.emplace(records::outbox_channel::telegram, std::move(telegram));
  return out;
}

double random_share() {
  thread_local std::minstd_rand source{std::random_device{}()};
  return std::uniform_real_distribution<double>{0, 1}(source);
}

std::map<std::string, std::int64_t> by_owner(const std::vector<records::queue_count>& counts) {
  std::map<std::string, std::int64_t> owners;
  for (const auto& count : counts)
    owners[count.owner_user_id] += count.count;
  return owners;
}

} // namespace

engine_tree spawn_engine(caf::actor_system& system, const engine_setup& setup) {
  engine_tree e;
  e.tree.registry = std::make_shared<engine::registry>();
  e.listened = std::make_shared<engine::listeners>();
  auto& t = e.tree;
  t.guardian = system.spawn<guardian>(engine::place{t.registry, "/guardian", "guardian", engine::lifetime::server, {}});

  e.db = spawn_db_pool(system, t, "/storage/aide_pool", setup.open_aide,
                       {static_cast<std::size_t>(setup.db_connections), 1024});
  const auto settings = setup.settings->get();
  const journal_writers writers{spawn_journal_writer(system, t, "/storage/journal/intake_writer", setup.open_intake),
                                spawn_journal_writer(system, t, "/storage/journal/writer", setup.open_journal)};
  journal_settings journal_limits;
  journal_limits.max_queued_runs = settings->max_queued_runs;
  journal_limits.queued = by_owner(setup.queued);
  e.journal = system.spawn<journal>(t.at("/storage/journal", "journal"), writers, setup.clock, *setup.metrics,
                                    e.listened, std::move(journal_limits));

  e.tool_pool = spawn_blocking_pool(system, t, "/outbound/blocking_pool",
                                    {static_cast<std::size_t>(settings->tool_workers), 4096});
  const auto demo
    = caf::actor_cast<messages::model_actor>(system.spawn<demo_provider>(t.at("/outbound/provider/demo", "provider")));
  const auto all_tools = tools::all_tools();
  e.http = system.spawn<http_client>(t.at("/outbound/http_client", "http_client"), setup.http);
  e.gateway = system.spawn<llm_gateway>(
    t.at("/outbound/llm_gateway", "llm_gateway"),
    gateway_services{t, e.http, e.db, all_tools, setup.profiles, setup.spending, setup.clock}, demo);
  caf::anon_send(e.gateway, messages::set_providers{setup.providers});

  event_hub_settings hub_settings;
  hub_settings.epoch = base::random_token(6);
  std::erase(hub_settings.epoch, '-'); // it stands before the number
  e.hub = system.spawn<event_hub>(t.at("/front/event_hub", "event_hub"), e.listened, std::move(hub_settings));
  e.monitor = system.spawn<monitor>(t.at("/front/monitor", "monitor"), e.hub, e.listened);
  e.injector = system.spawn<injector>(t.at("/front/injector", "injector"), e.journal, e.listened, setup.clock);

  const base::secret probe_token{base::random_token(32)};
  e.webhooks = system.spawn<webhooks>(t.at("/triggers/webhooks", "webhooks"), e.db, e.journal, setup.vault, setup.clock,
                                      probe_token);
  const auto ends_are_told = std::make_shared<std::atomic<bool>>(false);
  e.outbox = system.spawn<outbox>(t.at("/outbound/outbox", "outbox"), e.db, e.http, setup.clock,
                                  make_channels(setup, ends_are_told), outbox_settings{.jitter = random_share});
  caf::anon_send(e.outbox, messages::reload_outbox{});

  const auto& paused = setup.paused;
  auto services = std::make_shared<run_services>();
  services->tree = t;
  services->journal = e.journal;
  services->db = e.db;
  services->gateway = e.gateway;
  services->tool_pool = e.tool_pool;
  services->hub = e.hub;
  services->listened = e.listened;
  services->tools = all_tools;
  services->settings = setup.settings;
  services->profiles = setup.profiles;
  services->paused = paused;
  services->clock = setup.clock;
  services->http = setup.http;
  services->trusted_domains = setup.trusted_domains;
  services->ask_db = make_ask_db(system, e.db);
  services->reload_whitelists = [ask = services->ask_db, domains = setup.trusted_domains] {
    domains->set(std::any_cast<std::vector<std::string>>(ask(
      "web_whitelist.domains", [](storage::session& s) -> std::any { return storage::web_whitelist::domains(s); })));
  };
  services->outbox = e.outbox;
  services->ends_are_told = ends_are_told;
  services->deliver = [&system, outbox = e.outbox](records::outbox_record row) {
    if (const auto stored
        = engine::ask<messages::done>(system, outbox, std::chrono::seconds{20}, messages::deliver{std::move(row)});
        !stored)
      throw base::failure_error(stored.error());
  };
  services->fire_webhook = [&system, webhooks = e.webhooks](const std::string& endpoint_id, const std::string& owner,
                                                            base::untrusted_text body) {
    const auto fired = engine::ask<messages::webhook_answer>(
      system, webhooks, std::chrono::seconds{20}, messages::fire_webhook{endpoint_id, owner, std::move(body)});
    if (!fired)
      throw base::failure_error(fired.error());
    if (fired->retry_after_s > 0)
      throw base::failure_error(base::errc::overloaded, "the webhook takes no more in this minute");
    if (!fired->ignored.empty())
      return boost::json::object{{"event_id", fired->event_id}, {"ignored", fired->ignored}};
    return boost::json::object{{"event_id", fired->event_id}, {"run_id", fired->run_id}};
  };
  services->folders_of = make_folders_of(system, e.db, setup.users_folder);

  run_supervisor_settings supervisor_settings;
  supervisor_settings.limits = setup.limits;
  supervisor_settings.queued = setup.queued;
  supervisor_settings.autonomous_starts = setup.autonomous_starts;
  supervisor_settings.agent_limits = setup.agent_limits;
  supervisor_settings.store_paused = [vault = setup.vault, clock = setup.clock](bool on) {
    return make_job("settings.pause", [vault, clock, on](storage::session& s) {
      storage::credentials::put(s, *vault, "system:paused", base::secret(on ? "1" : "0"), "Kill switch", clock->now());
    });
  };
  e.supervisor = system.spawn<run_supervisor>(t.at("/runs/supervisor", "run_supervisor"), std::move(services), e.db,
                                              paused, *setup.metrics, std::move(supervisor_settings));
  e.scheduler
    = system.spawn<scheduler>(t.at("/runs/scheduler", "scheduler"), e.db, e.journal, setup.clock, setup.settings);

  const auto telegram = std::make_shared<telegram_services>();
  telegram->tree = t;
  telegram->db = e.db;
  telegram->journal = e.journal;
  telegram->supervisor = e.supervisor;
  telegram->outbox = e.outbox;
  telegram->http = e.http;
  telegram->hub = e.hub;
  telegram->clock = setup.clock;
  telegram->settings = setup.settings;
  telegram->profiles = setup.profiles;
  e.telegram = system.spawn<telegram_bot>(t.at("/triggers/telegram_bot", "telegram_bot"), telegram,
                                          setup.vault->derive("telegram webhook"));
  caf::anon_send(e.telegram, messages::reload_telegram{});
  e.liveness = system.spawn<liveness>(t.at("/triggers/liveness", "liveness"), e.http, e.telegram, e.outbox,
                                      setup.profiles, probe_token, setup.clock);

  const auto add = [&](const auto& handle) { e.all.push_back(caf::actor_cast<caf::actor>(handle)); };
  add(e.injector);
  add(e.liveness);
  add(e.telegram);
  add(e.webhooks);
  add(e.scheduler);
  add(e.supervisor);
  add(e.monitor);
  add(e.outbox);
  add(e.gateway);
  add(e.http);
  add(demo);
  add(e.tool_pool);
  add(e.journal);
  add(writers.intake);
  add(writers.runs);
  add(e.db);
  add(e.hub);
  add(t.guardian);
  return e;
}

} // namespace actors
