#pragma once

#include "base/described.hpp"

namespace records {

/// One row of `prompts`: what many model calls were told beside the conversation, kept once. Steps name it by its hash.
struct prompt_record {
  std::string hash;         ///< see actors::known_prompts
  std::string system;       ///< the system prompt
  boost::json::value tools; ///< `[{name, description, schema}]` as they were offered
  base::timestamp created_at{};
};
BOOST_DESCRIBE_STRUCT(prompt_record, (), (hash, system, tools, created_at))

} // namespace records
