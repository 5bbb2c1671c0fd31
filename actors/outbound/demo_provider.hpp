#pragma once

#include "actors/outbound/ordered_failures.hpp"
#include "actors/system/tree.hpp"
#include "clients/models/demo_model.hpp"
#include "messages/models.hpp"

#include <caf/typed_response_promise.hpp>

#include <map>
#include <string>

namespace actors {

/// The demo provider's own tick: the next piece of a streamed answer is due.
struct next_piece {
  std::uint64_t stream = 0;
};
BOOST_DESCRIBE_STRUCT(next_piece, (), (stream))

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, next_piece& x) {
  return f(caf::meta::type_name("next_piece"), x.stream);
}

using demo_provider_actor = messages::model_actor::extend<caf::replies_to<messages::fail_calls>::with<messages::done>,
                                                          caf::reacts_to<next_piece>>;

/// Plays the demo model: a streamed answer word by word in real time, any other at once or after the time that `/slow` asks for.
class demo_provider : public engine::observed<demo_provider_actor::base> {
public:
  demo_provider(caf::actor_config& cfg, engine::place at);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct stream {
    std::string run_id;
    int call = 0;
    models::demo::turn turn;
    std::size_t next = 0;                    ///< index of the next piece
    messages::model_listener_actor listener; ///< empty: the pieces are not wanted
    caf::typed_response_promise<messages::model_reply> reply;
  };
  void restarted() override;
  void play(std::uint64_t id);

  ordered_failures failures_;
  std::uint64_t last_stream_ = 0;
  std::map<std::uint64_t, stream> streams_; ///< bounded by the runs that go on at once
};

} // namespace actors

CAF_BEGIN_TYPE_ID_BLOCK(demo_provider_messages, first_custom_type_id + 500)
CAF_ADD_TYPE_ID(demo_provider_messages, (actors::next_piece))
CAF_END_TYPE_ID_BLOCK(demo_provider_messages)
