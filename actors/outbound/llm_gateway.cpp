#include "actors/outbound/llm_gateway.hpp"

#include <caf/actor_system.hpp>

namespace actors {

llm_gateway::llm_gateway(caf::actor_config& cfg, engine::place at, std::map<std::string, messages::model_actor> providers)
  : observed(cfg, std::move(at)), providers_(std::move(providers)) {}

llm_gateway::behavior_type llm_gateway::make_behavior() {
  return {
    [this](messages::call_model& m) -> caf::result<messages::model_reply> {
      const auto at = providers_.find(m.model.substr(0, m.model.find(':')));
      if (at != providers_.end())
        return delegate(at->second, std::move(m));
      messages::model_reply reply;
      reply.error = "There is no provider for the model \"" + m.model + "\". Providers:";
      for (const auto& [name, provider] : providers_)
        reply.error += ' ' + name;
      return reply;
    },
    [this](const messages::cancel_model_call& m) {
      for (const auto& [name, provider] : providers_)
        send(provider, m);
    },
  };
}

void llm_gateway::on_exit() { providers_.clear(); }

} // namespace actors
