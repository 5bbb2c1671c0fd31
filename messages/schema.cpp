#include "messages/schema.hpp"

#include "messages/db.hpp"
#include "messages/errors.hpp"
#include "messages/events.hpp"
#include "messages/front.hpp"
#include "messages/guardian.hpp"
#include "messages/journal.hpp"
#include "messages/models.hpp"
#include "messages/monitor.hpp"
#include "messages/runs.hpp"
#include "messages/webhooks.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>

#include <map>

namespace messages {

namespace {

template <class Block>
void add_names(std::map<std::uint16_t, std::string_view>& names) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((names[static_cast<std::uint16_t>(Block::begin + I)] = caf::type_name_by_id<Block::begin + I>::value), ...);
  }(std::make_index_sequence<Block::end - Block::begin>{});
}

template <class Block>
void add_schemas(boost::json::object& out) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (
      [&] {
        using type = typename caf::type_by_id<Block::begin + I>::type;
        if constexpr (base::described_struct<type>)
          out.emplace(name_of(Block::begin + I), base::json_schema<type>());
      }(),
      ...);
  }(std::make_index_sequence<Block::end - Block::begin>{});
}

/// Calls f.template operator()<Block>() for each block of message types.
template <class F>
void for_each_block(F&& f) {
  namespace id_block = caf::id_block;
  f.template operator()<id_block::common_messages>();
  f.template operator()<id_block::db_messages>();
  f.template operator()<id_block::event_messages>();
  f.template operator()<id_block::journal_messages>();
  f.template operator()<id_block::model_messages>();
  f.template operator()<id_block::run_messages>();
  f.template operator()<id_block::webhook_messages>();
  f.template operator()<id_block::guardian_messages>();
  f.template operator()<id_block::monitor_messages>();
  f.template operator()<id_block::front_messages>();
}

} // namespace

void register_all(caf::actor_system_config& config) {
  for_each_block([&]<class Block>() { config.add_message_types<Block>(); });
  config.add_error_category(caf::atom("oai"), [](std::uint8_t code, caf::atom_value, const caf::message& context) {
    std::string text(base::to_string(static_cast<base::errc>(code)));
    if (context.match_elements<std::string>())
      text += ": " + context.get_as<std::string>(0);
    return text;
  });
}

std::string_view name_of(std::uint16_t type_number) noexcept {
  static const auto names = [] {
    std::map<std::uint16_t, std::string_view> all;
    for_each_block([&]<class Block>() { add_names<Block>(all); });
    for (auto& [number, name] : all)
      name.remove_prefix(name.rfind(':') + 1);
    return all;
  }();
  const auto at = names.find(type_number);
  return at == names.end() ? std::string_view{} : at->second;
}

boost::json::object schemas() {
  boost::json::object out;
  for_each_block([&]<class Block>() { add_schemas<Block>(out); });
  return out;
}

} // namespace messages
