#include "actors/outbound/llm_gateway.hpp"

#include "actors/outbound/call_cost.hpp"
#include "actors/outbound/model_provider.hpp"
#include "actors/storage/db_pool.hpp"
#include "clients/models/demo_model.hpp"
#include "config/time_zones.hpp"
#include "storage/model_lists.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

namespace actors {

namespace {

constexpr std::chrono::hours refresh_every{1};
constexpr std::chrono::seconds state_time{2};     ///< for a provider to say how it is
constexpr std::chrono::seconds database_time{20}; ///< more than statement_timeout
constexpr std::chrono::minutes call_time{35};     ///< more than a run waits for an answer
constexpr std::chrono::seconds look_again{1};     ///< while calls wait for money
constexpr std::string_view demo_name = "demo";

} // namespace

llm_gateway::llm_gateway(caf::actor_config& cfg, engine::place at, gateway_services services,
                         messages::model_actor demo)
  : observed(cfg, std::move(at)), with_(std::move(services)), demo_(std::move(demo)) {}

llm_gateway::behavior_type llm_gateway::make_behavior() {
  delayed_send(this, refresh_every, messages::refresh_models{});
  return {
    [this](messages::call_model& m) -> caf::result<messages::model_reply> {
      const auto name = m.model.substr(0, m.model.find(':'));
      if (name == demo_name)
        return delegate(demo_, std::move(m));
      if (const auto at = providers_.find(name); at != providers_.end()) {
        forget_old_budgets();
        if (budgets_of(m).empty()) {
          const auto reservation = ledger_.follow(payers_of(m), with_.clock->now());
          auto info = info_of(name, m.model);
          auto call = for_provider(std::move(m), std::move(info));
          call.reservation = reservation;
          return delegate(at->second.actor, std::move(call));
        }
        auto reply = make_response_promise<messages::model_reply>();
        const auto call = std::make_shared<paid_call>(paid_call{std::move(m), reply});
        waiting_.push_back(call); // behind those that wait for the same money
        try_waiting();
        return reply;
      }
      messages::model_reply reply;
      reply.error = "There is no provider for the model \"" + m.model + "\". Providers: demo";
      for (const auto& [known, provider] : providers_)
        reply.error += ", " + known;
      return reply;
    },
    [this](const messages::call_settled& m) {
      ledger_.settle(m.reservation, m.cost_usd, m.reached_model, m.received / bytes_of_a_token, this_period());
      try_waiting();
    },
    [this](messages::try_waiting_calls) {
      tick_pending_ = false;
      ledger_.forget_before(with_.clock->now() - call_time);
      try_waiting();
    },
    [this](const messages::cancel_model_call& m) {
      if (give_up(m))
        return;
      send(demo_, m);
      for (const auto& [name, provider] : providers_)
        send(provider.actor, m);
    },
    [this](const messages::set_providers& m) { set_providers(m.providers); },
    [this](messages::models_listed& m) {
      if (!providers_.contains(m.provider))
        return;
      auto& list = lists_[m.provider];
      list.error = m.error;
      if (!m.error.empty())
        return;
      store_list(m);
      list.models = std::move(m.models);
      list.at = m.at;
    },
    [this](messages::refresh_models) {
      for (const auto& [name, provider] : providers_)
        send(provider.actor, messages::refresh_models{});
      ledger_.forget_before(with_.clock->now() - call_time); // of providers that ended without a word
      if (current_sender() == this->ctrl())
        delayed_send(this, refresh_every, messages::refresh_models{});
    },
    [this](messages::get_models) {
      messages::known_models out;
      for (const auto& [name, list] : lists_)
        out.models.insert(out.models.end(), list.models.begin(), list.models.end());
      const auto rules = with_.spending->get();
      for (auto& m : out.models)
        if (const auto own = rules->prices.find(m.id); own != rules->prices.end())
          m.pricing = own->second;
      out.models.push_back(models::demo::info());
      return out;
    },
    [this](const messages::get_model& m) {
      messages::known_model out;
      if (m.id == models::demo::info().id)
        out.model = models::demo::info();
      else
        out.model = info_of(m.id.substr(0, m.id.find(':')), m.id);
      return out;
    },
    [this](messages::get_providers) -> caf::result<messages::known_providers> {
      auto reply = make_response_promise<messages::known_providers>();
      struct gathering {
        messages::known_providers all;
        std::size_t left;
        caf::typed_response_promise<messages::known_providers> reply;
        void one_less() {
          if (--left > 0)
            return;
          std::ranges::sort(all.providers, {}, &records::provider_state::name);
          reply.deliver(std::move(all));
        }
      };
      const auto g = std::make_shared<gathering>(gathering{{}, providers_.size() + 1, reply});
      for (const auto& [name, provider] : providers_)
        request(provider.actor, caf::duration{state_time}, messages::get_providers{})
          .then(
            [this, g](messages::known_providers& state) {
              for (auto& s : state.providers) {
                if (const auto list = lists_.find(s.name); list != lists_.end()) {
                  s.models = static_cast<std::int64_t>(list->second.models.size());
                  s.listed_at = list->second.at;
                  s.list_error = list->second.error;
                }
                g->all.providers.push_back(std::move(s));
              }
              g->one_less();
            },
            [g](const caf::error&) { g->one_less(); });
      g->one_less();
      return reply;
    },
  };
}

void llm_gateway::on_exit() {
  for (const auto& [name, provider] : providers_)
    caf::anon_send_exit(provider.actor, caf::exit_reason::user_shutdown);
  providers_.clear();
  for (const auto* calls : {&waiting_, &reading_})
    for (const auto& call : *calls)
      if (call->reply.pending())
        call->reply.deliver(messages::model_reply{.error = "The gateway has ended.", .retryable = true});
  waiting_.clear();
  reading_.clear();
  destroy(demo_);
  with_ = {};
}

void llm_gateway::set_providers(const std::vector<records::provider_settings>& wanted) {
  std::erase_if(providers_, [&](const auto& entry) {
    if (std::ranges::find(wanted, entry.first, &records::provider_settings::name) != wanted.end())
      return false;
    caf::anon_send_exit(entry.second.actor, caf::exit_reason::user_shutdown);
    lists_.erase(entry.first);
    return true;
  });
  bool new_ones = false;
  for (const auto& settings : wanted) {
    const auto at = providers_.find(settings.name);
    if (at == providers_.end()) {
      new_ones = true;
      provider added;
      added.settings = settings;
      added.actor = system().spawn<model_provider>(with_.tree.at("/outbound/provider/" + settings.name, "provider"),
                                                   with_.http, caf::actor_cast<messages::llm_gateway_actor>(this),
                                                   with_.tools, with_.clock, settings);
      send(added.actor, messages::set_provider{settings});
      providers_.emplace(settings.name, std::move(added));
      continue;
    }
    auto& known = at->second.settings;
    if (known.base_url == settings.base_url && known.api == settings.api && known.key.reveal() == settings.key.reveal()
        && known.list_key.reveal() == settings.list_key.reveal())
      continue;
    if (known.base_url != settings.base_url || known.api != settings.api)
      lists_.erase(settings.name); // what another server has says nothing
    known = settings;
    send(at->second.actor, messages::set_provider{settings});
  }
  if (new_ones)
    load_lists();
}

/// What was fetched before this start, for the providers that have not answered yet.
void llm_gateway::load_lists() {
  request(with_.db, database_time,
          make_job("model_lists.all", [](storage::session& s) { return storage::model_lists::all(s); }))
    .then(
      [this](const messages::db_result& r) {
        for (const auto& list : std::any_cast<const std::vector<storage::model_lists::stored_list>&>(r.value))
          if (auto& known = lists_[list.provider]; providers_.contains(list.provider) && !known.at) {
            known.models = list.models;
            known.at = list.fetched_at;
          }
        std::erase_if(lists_, [this](const auto& entry) { return !providers_.contains(entry.first); });
      },
      [](const caf::error& e) { spdlog::warn("model_lists_not_read error=\"{}\"", messages::to_failure(e).message); });
}

void llm_gateway::store_list(const messages::models_listed& m) {
  request(
    with_.db, database_time,
    make_job("model_lists.put", [m](storage::session& s) { storage::model_lists::put(s, m.provider, m.models, m.at); }))
    .then(
      [](const messages::db_result&) {},
      [](const caf::error& e) { spdlog::warn("model_list_not_stored error=\"{}\"", messages::to_failure(e).message); });
}

std::optional<models::model_info> llm_gateway::info_of(const std::string& provider, const std::string& model) const {
  std::optional<models::model_info> out;
  if (const auto list = lists_.find(provider); list != lists_.end())
    if (const auto at = std::ranges::find(list->second.models, model, &models::model_info::id);
        at != list->second.models.end())
      out = *at;
  const auto rules = with_.spending->get();
  if (const auto own = rules->prices.find(model); own != rules->prices.end()) {
    if (!out) { // nothing is known of it but what it costs
      out.emplace();
      out->id = out->name = model;
      out->provider = provider;
      out->capabilities = {.vision = true, .tools = true, .online = false, .pdf = true};
    }
    out->pricing = own->second;
  }
  return out;
}

messages::provider_call llm_gateway::for_provider(messages::call_model m,
                                                  std::optional<models::model_info> info) const {
  messages::provider_call out;
  out.own_price = with_.spending->get()->prices.contains(m.model);
  out.key = own_key(m.user_id, m.model.substr(0, m.model.find(':')));
  out.info = std::move(info);
  out.call = std::move(m);
  return out;
}

std::vector<budget_ledger::limited> llm_gateway::budgets_of(const messages::call_model& m) const {
  const auto rules = with_.spending->get();
  std::vector<budget_ledger::limited> out;
  for (auto& account : payers_of(m)) {
    const auto& budgets = account.who == storage::spending::payer::user ? rules->users : rules->agents;
    if (const auto at = budgets.find(account.id); at != budgets.end())
      out.push_back({std::move(account), at->second});
  }
  return out;
}

std::vector<budget_ledger::account> llm_gateway::payers_of(const messages::call_model& m) {
  std::vector<budget_ledger::account> out;
  if (!m.user_id.empty())
    out.push_back({storage::spending::payer::user, m.user_id});
  for (const auto& id : m.agent_ids)
    if (const budget_ledger::account one{storage::spending::payer::agent, id}; std::ranges::find(out, one) == out.end())
      out.push_back(one);
  return out;
}

/// What was spent while an account had no budget is read anew when it gets one again.
void llm_gateway::forget_old_budgets() {
  const auto rules = with_.spending->get();
  if (rules == seen_rules_)
    return;
  seen_rules_ = rules;
  ledger_.keep_only([&](const budget_ledger::account& a) {
    return (a.who == storage::spending::payer::user ? rules->users : rules->agents).contains(a.id);
  });
}

void llm_gateway::wait_for_money(const std::shared_ptr<paid_call>& call) {
  waiting_.push_back(call);
  if (!std::exchange(tick_pending_, true))
    delayed_send(this, look_again, messages::try_waiting_calls{});
}

budget_ledger::period llm_gateway::this_period() const {
  const auto rules = with_.spending->get();
  const auto& zone = rules->time_zone;
  const auto now = config::day_and_month_of(zone, with_.clock->now());
  return {zone, now.day, now.month};
}

/// A call that was not handed on yet is over. False: it is the provider's.
bool llm_gateway::give_up(const messages::cancel_model_call& m) {
  const auto is_it = [&](const auto& c) { return c->what.run_id == m.run_id && c->what.call == m.call; };
  const auto in = [&](auto& calls) {
    const auto at = std::ranges::find_if(calls, is_it);
    if (at == calls.end())
      return false;
    (*at)->reply.deliver(messages::model_reply{.error = "The call was cancelled."});
    calls.erase(at);
    return true;
  };
  return in(waiting_) || in(reading_);
}

/// Hands the call on once its money is reserved, or lets it wait for that, or refuses it.
void llm_gateway::pay(const std::shared_ptr<paid_call>& call) {
  if (!call->reply.pending())
    return; // cancelled meanwhile
  auto& m = call->what;
  const auto refuse = [&](std::string why) {
    call->reply.deliver(messages::model_reply{.error = std::move(why), .over_budget = true});
  };
  const auto name = m.model.substr(0, m.model.find(':'));
  const auto at = providers_.find(name);
  if (at == providers_.end())
    return refuse("The provider of the model \"" + m.model + "\" was removed.");
  budget_ledger::wish wish;
  wish.budgets = budgets_of(m); // as they are now: they may have changed while it waited
  wish.now = this_period();
  for (const auto& b : wish.budgets)
    if (!ledger_.knows(b.of, wish.now))
      return read_spent(call, b.of, wish.now);
  auto info = info_of(name, m.model);
  if (!info || !info->pricing.prompt || !info->pricing.completion)
    return refuse("What the model \"" + m.model
                  + "\" costs is not known, so that a budget cannot be kept with it. "
                    "An administrator can enter its price on the models page.");
  if (!call->prompt_tokens)
    call->prompt_tokens = most_prompt_tokens(m, *with_.tools);
  wish.max_output_tokens = info->max_output_tokens > 0 ? info->max_output_tokens : usual_output_tokens;
  wish.cost = [&](std::int64_t output) { return most_cost(info->pricing, *call->prompt_tokens, output); };
  auto decision = ledger_.reserve(wish, with_.clock->now());
  if (decision.is == budget_ledger::verdict::refused)
    return refuse(std::move(decision.why));
  if (decision.is == budget_ledger::verdict::wait)
    return wait_for_money(call);
  info->max_output_tokens = decision.max_output_tokens;
  auto out = for_provider(std::move(m), std::move(info));
  out.reservation = decision.reservation;
  call->reply.delegate(at->second.actor, std::move(out));
}

/// What an account has spent before this start, or by the days of another time zone.
void llm_gateway::read_spent(const std::shared_ptr<paid_call>& call, const budget_ledger::account& account,
                             const budget_ledger::period& now) {
  reading_.push_back(call);
  request(with_.db, database_time,
          make_job("spending.spent_by",
                   [account, now](storage::session& s) {
                     return storage::spending::spent_by(s, account.who, account.id, now.day, now.month);
                   }))
    .then(
      [this, call, account, now](const messages::db_result& r) {
        std::erase(reading_, call);
        ledger_.learn(account, now, std::any_cast<const storage::spending::spent&>(r.value));
        pay(call);
      },
      [this, call](const caf::error& e) {
        std::erase(reading_, call);
        if (!call->reply.pending())
          return;
        messages::model_reply failed;
        failed.error = "What was spent of the budget could not be read: " + messages::to_failure(e).message + '.';
        failed.status = 503;
        failed.retryable = true;
        call->reply.deliver(std::move(failed));
      });
}

/// Oldest first, and none before an older one that waits for the same money.
void llm_gateway::try_waiting() {
  if (waiting_.empty())
    return;
  auto all = std::exchange(waiting_, {});
  std::set<budget_ledger::account> short_of_money;
  for (const auto& call : all) {
    const auto budgets = budgets_of(call->what);
    const bool behind = std::ranges::any_of(budgets, [&](const auto& b) { return short_of_money.contains(b.of); });
    const auto waited = waiting_.size();
    if (behind)
      wait_for_money(call);
    else
      pay(call);
    if (waiting_.size() > waited)
      for (const auto& b : budgets)
        short_of_money.insert(b.of);
  }
}

base::secret llm_gateway::own_key(const std::string& user_id, const std::string& provider) const {
  if (user_id.empty())
    return {};
  const auto profiles = with_.profiles->get();
  const auto at = profiles->find(user_id);
  if (at == profiles->end())
    return {};
  const auto key = at->second.provider_keys.find(provider);
  return key == at->second.provider_keys.end() ? base::secret{} : key->second;
}

} // namespace actors
