#pragma once

#include "actors/system/tree.hpp"
#include "messages/models.hpp"

#include <map>
#include <string>

namespace actors {

/// Hands each call to the provider named before the colon of `provider:model`. An unknown provider is an answer with
/// an error that says which there are.
class llm_gateway : public engine::observed<messages::model_actor::base> {
public:
  llm_gateway(caf::actor_config& cfg, engine::place at, std::map<std::string, messages::model_actor> providers);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  std::map<std::string, messages::model_actor> providers_;
};

} // namespace actors
