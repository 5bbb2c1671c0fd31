#include "actors/outbound/llm_gateway.hpp"

#include "actors/outbound/model_provider.hpp"
#include "actors/storage/db_pool.hpp"
#include "clients/models/demo_model.hpp"
#include "storage/model_lists.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace actors {

namespace {

constexpr std::chrono::hours refresh_every{1};
constexpr std::chrono::seconds state_time{2};     ///< for a provider to say how it is
constexpr std::chrono::seconds database_time{20}; ///< more than statement_timeout
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
        messages::provider_call call{{}, own_key(m.user_id, name), info_of(name, m.model)};
        call.call = std::move(m);
        return delegate(at->second.actor, std::move(call));
      }
      messages::model_reply reply;
      reply.error = "There is no provider for the model \"" + m.model + "\". Providers: demo";
      for (const auto& [known, provider] : providers_)
        reply.error += ", " + known;
      return reply;
    },
    [this](const messages::cancel_model_call& m) {
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
      if (current_sender() == this->ctrl())
        delayed_send(this, refresh_every, messages::refresh_models{});
    },
    [this](messages::get_models) {
      messages::known_models out;
      for (const auto& [name, list] : lists_)
        out.models.insert(out.models.end(), list.models.begin(), list.models.end());
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
      added.actor = system().spawn<model_provider>(
        with_.tree.at("/outbound/provider/" + settings.name, "provider"), with_.http,
        caf::actor_cast<messages::llm_gateway_actor>(this), with_.tools, with_.clock, settings);
      send(added.actor, messages::set_provider{settings});
      providers_.emplace(settings.name, std::move(added));
      continue;
    }
    auto& known = at->second.settings;
    if (known.base_url == settings.base_url && known.api == settings.api
        && known.key.reveal() == settings.key.reveal() && known.list_key.reveal() == settings.list_key.reveal())
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
  request(with_.db, database_time, make_job("model_lists.all", [](storage::session& s) {
            return storage::model_lists::all(s);
          }))
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
  request(with_.db, database_time, make_job("model_lists.put", [m](storage::session& s) {
            storage::model_lists::put(s, m.provider, m.models, m.at);
          }))
    .then([](const messages::db_result&) {},
          [](const caf::error& e) { spdlog::warn("model_list_not_stored error=\"{}\"", messages::to_failure(e).message); });
}

std::optional<models::model_info> llm_gateway::info_of(const std::string& provider, const std::string& model) const {
  const auto list = lists_.find(provider);
  if (list == lists_.end())
    return std::nullopt;
  const auto at = std::ranges::find(list->second.models, model, &models::model_info::id);
  return at == list->second.models.end() ? std::nullopt : std::optional(*at);
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
