#pragma once

#include "engine/cron.hpp"

namespace engine {

/// Reads the five fields of a cron expression.
class cron_reader {
public:
  /// invalid, with the field and the reason. Whether a day can ever fit is not looked at.
  [[nodiscard]] static base::result<cron> read(std::string_view text);

private:
  struct field;
  static void read_field(const field& of, std::string_view text, cron& out);
  static void read_item(const field& of, std::string_view item, cron& out);
};

} // namespace engine
