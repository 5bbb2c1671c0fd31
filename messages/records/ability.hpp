#pragma once

#include "base/described.hpp"

namespace records {

/// Whether an agent may do something while nobody watches: always; only as long as no text from outside has entered the
/// run; never.
enum class may_alone { freely, without_outside_text, never };
BOOST_DESCRIBE_ENUM(may_alone, freely, without_outside_text, never)

/// What an agent can do with a tool on its own, in words.
struct ability {
  std::string tool;
  std::string use; ///< `Read files`
  may_alone may = may_alone::never;
  std::string sentence; ///< why, for a person
};
BOOST_DESCRIBE_STRUCT(ability, (), (tool, use, may, sentence))

} // namespace records
