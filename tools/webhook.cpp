#include "storage/session.hpp"
#include "storage/webhook_endpoints.hpp"
#include "storage/webhook_targets.hpp"
#include "tools/all.hpp"
#include "tools/make_tool.hpp"

#include "base/ids.hpp"

#include <algorithm>

namespace tools {

namespace {

namespace json = boost::json;
using base::errc;
using base::failure_error;

/// Names that one call lists, of each kind.
constexpr int most_listed = 200;

enum class webhook_action { list, trigger_webhook, send_to_target };
BOOST_DESCRIBE_ENUM(webhook_action, list, trigger_webhook, send_to_target)

struct known {
  std::vector<records::webhook_endpoint> webhooks;
  std::vector<records::webhook_target> targets;
};

/// The caller's own; of a system agent, those of the system.
known all_of(tool_context& context) {
  const auto owner = context.caller.owner.user_id;
  const records::viewer by{owner, owner.empty() ? records::user_role::admin : records::user_role::user};
  return std::any_cast<known>(context.db("webhooks.of_owner", [by](storage::session& s) -> std::any {
    known out{storage::webhook_endpoints::list(s, by, {most_listed, {}}),
              storage::webhook_targets::list(s, by, {most_listed, {}})};
    if (by.sees_all()) {
      std::erase_if(out.webhooks, [](const auto& row) { return row.owner_user_id.has_value(); });
      std::erase_if(out.targets, [](const auto& row) { return row.owner_user_id.has_value(); });
    }
    return out;
  }));
}

template <class Row>
json::array names_of(const std::vector<Row>& rows) {
  json::array out;
  for (const auto& row : rows)
    out.push_back(json::object{{"name", row.name}, {"enabled", row.enabled}});
  return out;
}

/// The one of that name, or a sentence that says which there are.
template <class Row>
const Row& named(const std::vector<Row>& rows, const std::string& name, std::string_view what) {
  const auto at = std::ranges::find(rows, name, &Row::name);
  if (at == rows.end())
    throw failure_error(errc::not_found,
                        "name: there is no " + std::string(what) + " \"" + name + "\" of yours; see list");
  if (!at->enabled)
    throw failure_error(errc::conflict, "name: the " + std::string(what) + " \"" + name + "\" is switched off");
  return *at;
}

/// Fires one of the owner's own webhooks, or sends a message to one of his webhook targets. Sending is durable: it is stored
/// in the outbox, and goes out as soon as the receiver takes it.
struct webhook {
  static constexpr std::string_view name = "webhook";
  static constexpr std::string_view description
    = "Sends a message to a webhook target that the user has set up (send_to_target), starts the agent of one of the "
      "user's webhooks (trigger_webhook), or lists the names of both (list). Sending is stored and repeated until the "
      "receiver takes it.";
  static constexpr tools::risk worst_risk = risk::external;
  static constexpr tools::unattended when_unattended = unattended::only_if_named;

  struct arguments {
    webhook_action action = webhook_action::list;
    std::optional<std::string> name;
    std::optional<json::value> body;
    static std::span<const base::field_rule> rules() {
      static constexpr base::field_rule all[]
        = {{.name = "action", .help = "what to do", .required = true},
           {.name = "name", .help = "of the webhook or the target", .min = 1, .max = 100},
           {.name = "body", .help = "what is sent: any JSON"}};
      return all;
    }
  };

  static risk risk_of(const arguments& in) { return in.action == webhook_action::list ? risk::read : risk::external; }

  static std::vector<use> uses() {
    return {{"See the webhooks and targets", json::object{{"action", "list"}}},
            {"Start the agents of webhooks", json::object{{"action", "trigger_webhook"}, {"name", "a webhook"}}},
            {"Send to webhook targets", json::object{{"action", "send_to_target"}, {"name", "a target"}}}};
  }

  static void check(const arguments& in, base::field_errors& errors) {
    if (in.action != webhook_action::list && !in.name)
      errors.push_back({"name", "is required for " + std::string(base::enum_name(in.action))});
    if (in.action == webhook_action::list && in.body)
      errors.push_back({"body", "is not for list"});
  }

  static std::optional<question> confirm(const arguments& in, const caller&) {
    if (in.action == webhook_action::list)
      return std::nullopt;
    const auto name = in.name.value_or("");
    if (in.action == webhook_action::trigger_webhook)
      return question{"Start the agent of the webhook “" + name + "”.", "webhook " + name};
    return question{"Send this to the webhook target “" + name + "”.", "target " + name};
  }

  [[nodiscard]] tool_result run(const arguments& in, tool_context& context) const {
    const auto all = all_of(context);
    if (in.action == webhook_action::list)
      return tool_result::ok(json::object{{"webhooks", names_of(all.webhooks)}, {"targets", names_of(all.targets)}});
    const auto body = in.body.value_or(json::object{});
    if (in.action == webhook_action::trigger_webhook)
      return tool_result::ok(
        context.fire_webhook(named(all.webhooks, *in.name, "webhook").id, base::untrusted_text(base::to_line(body))));
    const auto& target = named(all.targets, *in.name, "target");
    records::outbox_record row;
    row.id = base::new_id();
    row.lane = target.id;
    row.owner_user_id = target.owner_user_id;
    row.run_id = context.caller.run_id;
    row.body = json::object{{"type", "message"}, {"data", body}};
    row.created_at = context.clock.now();
    context.deliver(row);
    return tool_result::ok(json::object{{"delivery_id", row.id}, {"state", "stored; it goes out now"}});
  }
};
BOOST_DESCRIBE_STRUCT(webhook::arguments, (), (action, name, body))

} // namespace

std::unique_ptr<tool> webhook_tool() { return make_tool<webhook>(); }

} // namespace tools
