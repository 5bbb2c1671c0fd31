#pragma once

#include "messages/records/run.hpp"

namespace records {

/// One row of `conversations` without its messages: for lists.
struct conversation_head {
  std::string id;
  std::optional<base::timestamp> started_at;
  std::optional<base::timestamp> ended_at;
  std::optional<std::string> task_id;
  std::optional<std::string> user_id;
  std::optional<std::string> title;
  std::optional<std::string> model;
  std::optional<std::string> agent_id = {}; ///< whose persona answers; empty = the standard one
};
BOOST_DESCRIBE_STRUCT(conversation_head, (), (id, started_at, ended_at, task_id, user_id, title, model, agent_id))

/// One row of `conversations`.
struct conversation_record {
  std::string id;
  std::optional<base::timestamp> started_at;
  std::optional<base::timestamp> ended_at;
  std::vector<stored_message> messages;
  std::optional<std::string> task_id;
  std::optional<std::string> user_id;
  std::optional<std::string> title;
  std::optional<std::string> model;
  std::optional<std::string> agent_id = {};
};
BOOST_DESCRIBE_STRUCT(conversation_record, (),
                      (id, started_at, ended_at, messages, task_id, user_id, title, model, agent_id))

/// One row of `conversation_versions`: what was said from a turn on, before it was said anew.
struct conversation_version {
  std::string run_id;      ///< of the turn that was replaced
  std::string replaced_by; ///< the run of the turn in its place
  std::vector<stored_message> messages;
  base::timestamp replaced_at{};
};
BOOST_DESCRIBE_STRUCT(conversation_version, (), (run_id, replaced_by, messages, replaced_at))

/// The agent whose persona a conversation has.
struct conversation_agent {
  std::string id;
  std::string name;
  bool available = false; ///< whether one may still talk with it: not deleted, switched on, and one's own
};
BOOST_DESCRIBE_STRUCT(conversation_agent, (), (id, name, available))

/// A conversation that was found, with the place where the words stand.
struct conversation_hit {
  std::string id;
  std::optional<base::timestamp> started_at;
  std::optional<base::timestamp> ended_at;
  std::optional<std::string> title;
  std::optional<std::string> model;
  std::optional<std::string> agent_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> snippet; ///< each hit between U+0002 and U+0003; empty: only the title has the words
};
BOOST_DESCRIBE_STRUCT(conversation_hit, (), (id, started_at, ended_at, title, model, agent_id, agent_name, snippet))

/// What runs have used together.
struct usage_totals {
  std::int64_t runs = 0;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  double cost_usd = 0;           ///< of those whose price is known
  std::int64_t unpriced_runs = 0; ///< those whose price is not
};
BOOST_DESCRIBE_STRUCT(usage_totals, (), (runs, input_tokens, output_tokens, cost_usd, unpriced_runs))

} // namespace records
