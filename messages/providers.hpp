#pragma once

#include "messages/http.hpp"
#include "messages/models.hpp"
#include "messages/records/provider.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

namespace messages {

/// A call for one provider, with the user's own key where he has one. Sent by the gateway; never leaves the process.
struct provider_call {
  call_model call;
  base::secret key;                       ///< empty: the provider's own
  std::optional<models::model_info> info; ///< of the model, where it is known; max_output_tokens holds for this call
  bool own_price = false;                 ///< an administrator's: it counts, whatever the provider says the call took
  std::int64_t reservation = 0;           ///< of the money that the call may take
};

/// A call that money was reserved for is over. Sent by the provider to the gateway.
struct call_settled {
  std::int64_t reservation = 0;
  std::optional<double> cost_usd; ///< what it took; empty = not known
  bool reached_model = false;     ///< without a cost: whether the provider may have begun an answer
  std::int64_t received = 0;      ///< bytes of the answer's text and reasoning
};
BOOST_DESCRIBE_STRUCT(call_settled, (), (reservation, cost_usd, reached_model, received))
/// The gateway's own tick: calls that wait for money which others have reserved are looked at again.
struct try_waiting_calls {};
BOOST_DESCRIBE_STRUCT(try_waiting_calls, (), ())

/// Where the providers are from now on; one that is not among them ends. Sent by the front when settings change.
struct set_providers {
  std::vector<records::provider_settings> providers;
};
/// The same for one of them. Sent by the gateway.
struct set_provider {
  records::provider_settings settings;
};

/// A provider's models as they were last fetched. Sent by the provider to the gateway.
struct models_listed {
  std::string provider;
  std::vector<models::model_info> models;
  base::timestamp at{};
  std::string error; ///< why there is no new list; `models` is empty then
};
BOOST_DESCRIBE_STRUCT(models_listed, (), (provider, models, at, error))

/// Fetches the lists anew. The gateway's own tick, hourly; also sent by the front.
struct refresh_models {};
BOOST_DESCRIBE_STRUCT(refresh_models, (), ())

/// Asks for all models, and for the providers' states.
struct get_models {};
BOOST_DESCRIBE_STRUCT(get_models, (), ())
struct known_models {
  std::vector<models::model_info> models; ///< by provider, in its own order
};
BOOST_DESCRIBE_STRUCT(known_models, (), (models))
/// Asks for one model; `model` is empty where it is not listed.
struct get_model {
  std::string id; ///< `provider:model`
};
BOOST_DESCRIBE_STRUCT(get_model, (), (id))
struct known_model {
  std::optional<models::model_info> model;
};
BOOST_DESCRIBE_STRUCT(known_model, (), (model))
/// A provider's own tick: calls that a rate limit held may be made.
struct make_held_calls {};
BOOST_DESCRIBE_STRUCT(make_held_calls, (), ())
struct get_providers {};
BOOST_DESCRIBE_STRUCT(get_providers, (), ())
struct known_providers {
  std::vector<records::provider_state> providers;
};
BOOST_DESCRIBE_STRUCT(known_providers, (), (providers))

using llm_gateway_actor
  = model_actor::extend<caf::reacts_to<set_providers>, caf::reacts_to<call_settled>, caf::reacts_to<try_waiting_calls>,
                        caf::reacts_to<models_listed>, caf::reacts_to<refresh_models>,
                        caf::replies_to<get_models>::with<known_models>, caf::replies_to<get_model>::with<known_model>,
                        caf::replies_to<get_providers>::with<known_providers>>;

/// One provider. The pieces of its transfers come from the http_client's engine.
using provider_actor = caf::typed_actor<
  /// The whole answer, after its pieces, or why there is none.
  caf::replies_to<provider_call>::with<model_reply>, caf::reacts_to<cancel_model_call>, caf::reacts_to<set_provider>,
  caf::reacts_to<refresh_models>, caf::replies_to<get_providers>::with<known_providers>,
  caf::replies_to<fail_calls>::with<done>, caf::reacts_to<make_held_calls>, caf::reacts_to<http_head>,
  caf::reacts_to<http_piece>, caf::reacts_to<http_end>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(provider_messages, first_custom_type_id + 650)
CAF_ADD_TYPE_ID(provider_messages, (messages::provider_call))
CAF_ADD_TYPE_ID(provider_messages, (messages::set_providers))
CAF_ADD_TYPE_ID(provider_messages, (messages::set_provider))
CAF_ADD_TYPE_ID(provider_messages, (messages::models_listed))
CAF_ADD_TYPE_ID(provider_messages, (messages::refresh_models))
CAF_ADD_TYPE_ID(provider_messages, (messages::get_models))
CAF_ADD_TYPE_ID(provider_messages, (messages::known_models))
CAF_ADD_TYPE_ID(provider_messages, (messages::get_providers))
CAF_ADD_TYPE_ID(provider_messages, (messages::known_providers))
CAF_ADD_TYPE_ID(provider_messages, (messages::get_model))
CAF_ADD_TYPE_ID(provider_messages, (messages::known_model))
CAF_ADD_TYPE_ID(provider_messages, (messages::make_held_calls))
CAF_ADD_TYPE_ID(provider_messages, (messages::call_settled))
CAF_ADD_TYPE_ID(provider_messages, (messages::try_waiting_calls))
CAF_END_TYPE_ID_BLOCK(provider_messages)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::provider_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::set_providers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::set_provider)
