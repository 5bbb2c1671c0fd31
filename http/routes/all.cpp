#include "http/routes/all.hpp"

#include "http/openapi.hpp"

namespace http::routes {

route_table all() {
  route_table t;
  add_setup(t);
  add_session(t);
  add_me(t);
  add_usage(t);
  add_users(t);
  add_api_keys(t);
  add_conversations(t);
  add_conversation_export(t);
  add_chat(t);
  add_models(t);
  add_model_endpoints(t);
  add_model_prices(t);
  add_attachments(t);
  add_agents(t);
  add_runs(t);
  add_schedules(t);
  add_scheduled_tasks(t);
  add_webhooks(t);
  add_webhook_delivery(t);
  add_webhook_targets(t);
  add_push(t);
  add_telegram(t);
  add_events(t);
  add_engine(t);
  add_actors(t);
  add_injection(t);
  add_credentials(t);
  add_settings(t);
  add_whitelists(t);
  add_audit(t);
  add_health(t);
  add_openapi(t);
  return t;
}

} // namespace http::routes
