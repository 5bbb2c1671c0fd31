#pragma once

#include "messages/common.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <any>
#include <functional>
#include <string>

namespace storage {
class session;
}

namespace messages {

/// Work for a database connection. Local only; what `work` captures must be copyable. It throws base::failure_error.
struct db_job {
  std::string name; ///< for metrics and logs, `agents.find`
  std::function<std::any(storage::session&)> work;
};

struct db_result {
  std::any value;
};

/// A pool of connections: runs each job on a free one; at most a fixed number wait, more get `overloaded`.
using db_pool_actor = caf::typed_actor<
  /// The job's value, or its failure.
  caf::replies_to<db_job>::with<db_result>>;

/// Work that may block, for a pool of threads.
struct blocking_job {
  std::string name;
  std::function<std::any()> work;
};

struct blocking_result {
  std::any value;
};

using blocking_pool_actor = caf::typed_actor<
  /// The job's value; `overloaded` when too many wait.
  caf::replies_to<blocking_job>::with<blocking_result>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(db_messages, first_custom_type_id + 50)
  CAF_ADD_TYPE_ID(db_messages, (messages::db_job))
  CAF_ADD_TYPE_ID(db_messages, (messages::db_result))
  CAF_ADD_TYPE_ID(db_messages, (messages::blocking_job))
  CAF_ADD_TYPE_ID(db_messages, (messages::blocking_result))
CAF_END_TYPE_ID_BLOCK(db_messages)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::db_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::db_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::blocking_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::blocking_result)
