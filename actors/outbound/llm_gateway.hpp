#pragma once

#include "actors/outbound/budget_ledger.hpp"
#include "actors/system/tree.hpp"
#include "base/clock.hpp"
#include "base/shared_value.hpp"
#include "messages/db.hpp"
#include "messages/providers.hpp"
#include "tools/tool.hpp"

#include <caf/typed_response_promise.hpp>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace actors {

/// What the gateway and its providers work with.
struct gateway_services {
  actors::tree tree;
  messages::http_client_actor http;
  messages::db_pool_actor db;
  std::shared_ptr<const tools::tool_set> tools;
  std::shared_ptr<const base::shared_value<records::user_profiles>> profiles;
  std::shared_ptr<const base::shared_value<records::spending_rules>> spending;
  base::clock_ptr clock;
};

/// Hands each call to the provider named before the colon of `provider:model`, with the user's own key where he has one,
/// and knows all models: their lists are fetched hourly, kept in the database, and a list that cannot be fetched leaves
/// the last good one in force. An unknown provider is an answer with an error that says which there are.
///
/// All calls go through it, so that it also keeps the budgets: money is reserved before a call is handed on and settled when
/// the provider says what the call took; a call whose money others have reserved waits for them.
class llm_gateway : public engine::observed<messages::llm_gateway_actor::base> {
public:
  /// `demo` is always there. The others come with set_providers.
  llm_gateway(caf::actor_config& cfg, engine::place at, gateway_services services, messages::model_actor demo);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct provider {
    messages::provider_actor actor;
    records::provider_settings settings;
  };
  struct model_list {
    std::vector<models::model_info> models;
    std::optional<base::timestamp> at;
    std::string error; ///< of the last try; the models are those of the try before then
  };

  void set_providers(const std::vector<records::provider_settings>& wanted);
  void load_lists();
  void store_list(const messages::models_listed& m);
  /// A call under a budget that has not been handed on.
  struct paid_call {
    messages::call_model what;
    caf::typed_response_promise<messages::model_reply> reply;
    std::optional<std::int64_t> prompt_tokens = {}; ///< at most; counted once
  };
  [[nodiscard]] std::vector<budget_ledger::limited> budgets_of(const messages::call_model& m) const;
  [[nodiscard]] budget_ledger::period this_period() const;
  void pay(const std::shared_ptr<paid_call>& call);
  void read_spent(const std::shared_ptr<paid_call>& call, const budget_ledger::account& account,
                  const budget_ledger::period& now);
  bool give_up(const messages::cancel_model_call& m);
  [[nodiscard]] static std::vector<budget_ledger::account> payers_of(const messages::call_model& m);
  void forget_old_budgets();
  void wait_for_money(const std::shared_ptr<paid_call>& call);
  void try_waiting();
  [[nodiscard]] messages::provider_call for_provider(messages::call_model m,
                                                     std::optional<models::model_info> info) const;
  [[nodiscard]] std::optional<models::model_info> info_of(const std::string& provider, const std::string& model) const;
  [[nodiscard]] base::secret own_key(const std::string& user_id, const std::string& provider) const;

  gateway_services with_;
  messages::model_actor demo_;
  std::map<std::string, provider> providers_;
  std::map<std::string, model_list> lists_; ///< of the providers that are there; the last good ones
  budget_ledger ledger_;
  std::shared_ptr<const records::spending_rules> seen_rules_;
  std::deque<std::shared_ptr<paid_call>> waiting_; ///< for money; bounded by the runs that go on
  std::deque<std::shared_ptr<paid_call>> reading_; ///< until it is known what was spent
  bool tick_pending_ = false;
};

} // namespace actors
