#include "base/described.hpp"
#include "messages/records/model.hpp"
#include "messages/records/run.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

[[noreturn]] void broken(const char* what) {
  std::fputs(what, stderr);
  std::abort();
}

/// What was read must come out of its own JSON form unchanged.
template <class T>
void try_reading(const base::json::value& in) {
  base::field_errors errors;
  const auto value = base::from_json<T>(in, errors);
  if (value.has_value() != errors.empty())
    broken("a value with errors, or none without\n");
  if (!value) {
    (void)base::to_string(errors);
    return;
  }
  const auto again = base::to_json(*value);
  const auto second = base::from_json<T>(again, errors);
  if (!second || base::to_json(*second) != again)
    broken("what was written cannot be read\n");
}

bool holds_nul(const base::json::value& value) {
  if (const auto* text = value.if_string())
    return text->find('\0') != base::json::string::npos;
  if (const auto* array = value.if_array())
    return std::ranges::any_of(*array, holds_nul);
  if (const auto* object = value.if_object())
    return std::ranges::any_of(*object, [](const auto& item) {
      return item.key().find('\0') != base::json::string_view::npos || holds_nul(item.value());
    });
  return false;
}

} // namespace

/// Text from outside as JSON, and that into described structs.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string error;
  auto value = base::parse_json({reinterpret_cast<const char*>(data), size}, error);
  if (!value) {
    if (error.empty())
      broken("refused without a reason\n");
    return 0;
  }
  try_reading<records::run_definition>(*value);
  try_reading<records::trigger_event>(*value);
  try_reading<records::step_record>(*value);
  try_reading<records::stored_message>(*value);
  try_reading<models::answer>(*value);
  base::clean_json(*value);
  auto target = *value;
  base::merge_json(target, *value);
  if (holds_nul(*value))
    broken("a NUL is left after cleaning\n");
  return 0;
}
