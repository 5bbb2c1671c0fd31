#pragma once

#include "messages/common.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// Defined in clients/http/transfer.hpp, which senders and listeners include.
namespace net {
struct request;
struct response;
struct head;
struct outcome;
} // namespace net

namespace messages {

/// One outgoing request whose whole answer is wanted.
struct fetch_http {
  std::shared_ptr<const net::request> request;
};

/// The whole answer, or in its outcome why there is none. Never an error of CAF's: a fault is an answer.
struct http_answer {
  std::shared_ptr<const net::response> response;
};

/// A streamed transfer's answer begins. Its listener gets http_head at most once, pieces, and http_end exactly once.
struct http_head {
  std::string transfer; ///< as in stream_http
  std::shared_ptr<const net::head> head;
};

struct http_piece {
  std::string transfer;
  std::string bytes; ///< any bytes, cut anywhere
};

struct http_end {
  std::string transfer;
  std::shared_ptr<const net::outcome> outcome;
};

/// An actor that can be a transfer's listener: it extends its own interface by this one.
using http_listener_actor
  = caf::typed_actor<caf::reacts_to<http_head>, caf::reacts_to<http_piece>, caf::reacts_to<http_end>>;

/// One outgoing request whose pieces go to a listener while they come. It ends when the listener does.
struct stream_http {
  std::string transfer; ///< the sender's name for it, unique among the open ones: begin it with your own path
  std::shared_ptr<const net::request> request;
  http_listener_actor listener;
};

/// The listener wants no more: the socket is closed, and http_end comes with fault::cancelled unless it was sent already.
struct cancel_http {
  std::string transfer;
};
BOOST_DESCRIBE_STRUCT(cancel_http, (), (transfer))

/// The http_client's own: a whole answer is there. Sent by the engine's thread.
struct http_fetched {
  std::uint64_t request = 0;
  std::shared_ptr<const net::response> response;
};

/// The http_client's own: a streamed transfer is over. Sent by the engine's thread.
struct http_over {
  std::string transfer;
  std::uint64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(http_over, (), (transfer, number))

/// What an admin allows beyond public addresses (`system:egress_allow_hosts`); counts for every request after the answer.
struct set_allowed_hosts {
  std::vector<std::string> hosts;
};
BOOST_DESCRIBE_STRUCT(set_allowed_hosts, (), (hosts))

/// Outgoing HTTP.
using http_client_actor = caf::typed_actor<
  /// The whole answer. Its time is bounded by the request's own bounds: ask with caf::infinite.
  caf::replies_to<fetch_http>::with<http_answer>,
  /// Pieces go straight from the engine's thread to the listener.
  caf::reacts_to<stream_http>,
  /// An unknown or ended transfer is nothing.
  caf::reacts_to<cancel_http>,
  /// invalid: an entry cannot be read, and nothing changes.
  caf::replies_to<set_allowed_hosts>::with<done>,
  /// Its own.
  caf::reacts_to<http_fetched>, caf::reacts_to<http_over>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(http_messages, first_custom_type_id + 600)
CAF_ADD_TYPE_ID(http_messages, (messages::fetch_http))
CAF_ADD_TYPE_ID(http_messages, (messages::http_answer))
CAF_ADD_TYPE_ID(http_messages, (messages::http_head))
CAF_ADD_TYPE_ID(http_messages, (messages::http_piece))
CAF_ADD_TYPE_ID(http_messages, (messages::http_end))
CAF_ADD_TYPE_ID(http_messages, (messages::stream_http))
CAF_ADD_TYPE_ID(http_messages, (messages::cancel_http))
CAF_ADD_TYPE_ID(http_messages, (messages::http_fetched))
CAF_ADD_TYPE_ID(http_messages, (messages::http_over))
CAF_ADD_TYPE_ID(http_messages, (messages::set_allowed_hosts))
CAF_END_TYPE_ID_BLOCK(http_messages)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::fetch_http)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::http_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::http_head)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::http_piece)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::http_end)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::stream_http)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::http_fetched)
