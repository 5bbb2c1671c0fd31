#pragma once

#include "http/route.hpp"

/// Every route of the server; each function adds those of one resource.
namespace http::routes {

void add_setup(route_table& t);
void add_session(route_table& t);
void add_me(route_table& t);
void add_usage(route_table& t);
void add_users(route_table& t);
void add_api_keys(route_table& t);
void add_conversations(route_table& t);
void add_conversation_export(route_table& t);
void add_chat(route_table& t);
void add_models(route_table& t);
void add_model_endpoints(route_table& t);
void add_model_prices(route_table& t);
void add_attachments(route_table& t);
void add_agents(route_table& t);
void add_runs(route_table& t);
void add_schedules(route_table& t);
void add_scheduled_tasks(route_table& t);
void add_webhooks(route_table& t);
void add_webhook_delivery(route_table& t);
void add_webhook_targets(route_table& t);
void add_push(route_table& t);
void add_telegram(route_table& t);
void add_events(route_table& t);
void add_engine(route_table& t);
void add_actors(route_table& t);
void add_injection(route_table& t);
void add_credentials(route_table& t);
void add_settings(route_table& t);
void add_whitelists(route_table& t);
void add_audit(route_table& t);
void add_health(route_table& t);

/// All of the above, and `/api/openapi.json`, which describes them.
[[nodiscard]] route_table all();

} // namespace http::routes
