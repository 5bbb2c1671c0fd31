#pragma once

#include "messages/records/telegram.hpp"

#include <optional>
#include <vector>

namespace telegram {

/// What is used of an `Update`; nothing where it has no id. Members of another type than they should have count as missing.
[[nodiscard]] std::optional<records::telegram_update> read_update(const boost::json::value& update);

} // namespace telegram
