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
};
BOOST_DESCRIBE_STRUCT(conversation_head, (), (id, started_at, ended_at, task_id, user_id, title, model))

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
};
BOOST_DESCRIBE_STRUCT(conversation_record, (), (id, started_at, ended_at, messages, task_id, user_id, title, model))

} // namespace records
