#include "messages/schema.hpp"

#include "messages/db.hpp"
#include "messages/errors.hpp"
#include "messages/events.hpp"
#include "messages/front.hpp"
#include "messages/guardian.hpp"
#include "messages/http.hpp"
#include "messages/injection.hpp"
#include "messages/journal.hpp"
#include "messages/liveness.hpp"
#include "messages/models.hpp"
#include "messages/monitor.hpp"
#include "messages/outbox.hpp"
#include "messages/providers.hpp"
#include "messages/runs.hpp"
#include "messages/schedules.hpp"
#include "messages/telegram.hpp"
#include "messages/webhooks.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/type_erased_tuple.hpp>

#include <algorithm>
#include <typeindex>
#include <unordered_map>

namespace messages {

namespace {

/// Calls f.template operator()<T>(plain name) for each message type of a block.
template <class Block, class F>
void for_each_type(F&& f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (
      [&] {
        std::string_view name = caf::type_name_by_id<Block::begin + I>::value;
        name.remove_prefix(name.rfind(':') + 1);
        f.template operator()<typename caf::type_by_id<Block::begin + I>::type>(name);
      }(),
      ...);
  }
  (std::make_index_sequence<Block::end - Block::begin>{});
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
  f.template operator()<id_block::provider_messages>();
  f.template operator()<id_block::run_note_messages>();
  f.template operator()<id_block::run_messages>();
  f.template operator()<id_block::webhook_messages>();
  f.template operator()<id_block::outbox_messages>();
  f.template operator()<id_block::telegram_messages>();
  f.template operator()<id_block::liveness_messages>();
  f.template operator()<id_block::schedule_messages>();
  f.template operator()<id_block::guardian_messages>();
  f.template operator()<id_block::monitor_messages>();
  f.template operator()<id_block::front_messages>();
  f.template operator()<id_block::http_messages>();
  f.template operator()<id_block::injection_messages>();
}

/// A message type as its dynamic type tells it.
struct known_type {
  std::string_view name;
  boost::json::value (*to_json)(const void*) = nullptr; ///< null: the type is not data
};

const std::unordered_map<std::type_index, known_type>& known_types() {
  static const auto all = [] {
    std::unordered_map<std::type_index, known_type> types;
    for_each_block([&]<class Block>() {
      for_each_type<Block>([&]<class T>(std::string_view name) {
        known_type type{name};
        if constexpr (base::described_struct<T>)
          type.to_json = [](const void* value) { return base::to_json(*static_cast<const T*>(value)); };
        types.emplace(typeid(T), type);
      });
    });
    return types;
  }();
  return all;
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

std::string_view name_of(const std::type_info& type) noexcept {
  const auto at = known_types().find(type);
  return at == known_types().end() ? std::string_view{} : at->second.name;
}

const std::vector<std::string_view>& message_names() {
  static const auto names = [] {
    std::vector<std::string_view> all;
    for (const auto& [type, known] : known_types())
      all.push_back(known.name);
    std::ranges::sort(all);
    return all;
  }();
  return names;
}

std::optional<boost::json::value> to_json(const caf::type_erased_tuple& content) {
  const auto* type = content.size() == 1 ? content.type(0).second : nullptr; // CAF gives numbers to its own types only
  if (type == nullptr)
    return std::nullopt;
  const auto at = known_types().find(*type);
  if (at == known_types().end() || at->second.to_json == nullptr)
    return std::nullopt;
  return at->second.to_json(content.get(0));
}

boost::json::object schemas() {
  boost::json::object out;
  for_each_block([&]<class Block>() {
    for_each_type<Block>([&]<class T>(std::string_view name) {
      if constexpr (base::described_struct<T>)
        out.emplace(name, base::json_schema<T>());
    });
  });
  return out;
}

} // namespace messages
