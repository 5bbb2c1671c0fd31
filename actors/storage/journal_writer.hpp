#pragma once

#include "actors/storage/db_pool.hpp"
#include "storage/journal_store.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <functional>
#include <memory>
#include <string>

namespace actors {

/// One transaction. `run` is called on the writer's thread and answers what the journal then does on its own.
struct journal_work {
  std::string name;
  std::function<std::function<void()>(storage::journal_store&)> run;
  std::function<void(const base::failure&)> failed; ///< called by the journal, when it was not done
  bool repeatable = true; ///< may be run again when the connection broke and the outcome is unknown
};

struct journal_work_done {
  std::function<void()> complete;
};

/// The writer's own tick: whether its connection, and with it the lead, is still there.
struct look_at_lead {};
BOOST_DESCRIBE_STRUCT(look_at_lead, (), ())

using journal_writer_actor = caf::typed_actor<
  /// When it is committed, or with the failure.
  caf::replies_to<journal_work>::with<journal_work_done>>;

/// A thread with one of the journal's connections. It connects again, for as long as it takes, when the connection broke; while there is nothing to write, it
/// looks every 2 s whether it did.
[[nodiscard]] journal_writer_actor spawn_journal_writer(caf::actor_system& system, const tree& t, std::string path,
                                                        session_factory open);

} // namespace actors

CAF_BEGIN_TYPE_ID_BLOCK(journal_writer_messages, first_custom_type_id + 400)
CAF_ADD_TYPE_ID(journal_writer_messages, (actors::journal_work))
CAF_ADD_TYPE_ID(journal_writer_messages, (actors::journal_work_done))
CAF_ADD_TYPE_ID(journal_writer_messages, (actors::look_at_lead))
CAF_END_TYPE_ID_BLOCK(journal_writer_messages)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actors::journal_work)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actors::journal_work_done)
