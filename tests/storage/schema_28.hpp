#pragma once

#include <string_view>

/// Schema v28 of the aide database, by hand from its reference: what the migrations must give, whatever their files say.
namespace tests {

/// Tables by name, columns in their order.
inline constexpr std::string_view schema_28_columns = R"(agent_runs.id text not null
agent_runs.agent_id text not null
agent_runs.started_at text not null
agent_runs.ended_at text
agent_runs.status text
agent_runs.input_tokens integer default 0
agent_runs.output_tokens integer default 0
agent_runs.cost_usd real
agent_runs.result text
agent_runs.error text
agents.id text not null
agents.name text not null
agents.description text
agents.prompt text not null
agents.model text not null
agents.can_create_subagents boolean default false
agents.allowed_tools jsonb
agents.schedule text
agents.enabled boolean default true
agents.max_tool_calls integer
agents.prompt_mode text default 'combined'::text
agents.parent_agent_id text
agents.created_by text
agents.owner_user_id text
agents.created_at text not null
agents.updated_at text not null
audit_log.id bigint not null default nextval
audit_log.timestamp text not null
audit_log.session_id text
audit_log.tool_name text not null
audit_log.arguments jsonb
audit_log.result_summary text
audit_log.confirmed boolean not null default false
audit_log.task_id text
audit_log.user_id text
browser_approved_domains.id text not null
browser_approved_domains.owner_user_id text not null
browser_approved_domains.domain text not null
browser_approved_domains.note text
browser_approved_domains.created_at text not null
conversations.id text not null
conversations.started_at text
conversations.ended_at text
conversations.messages jsonb
conversations.task_id text
conversations.user_id text
conversations.title text
conversations.model text
credentials.key text not null
credentials.value_enc text not null
credentials.description text
credentials.created_at text not null
credentials.updated_at text not null
email_accounts.id text not null
email_accounts.user_id text
email_accounts.label text not null
email_accounts.account_type text not null
email_accounts.imap_host text
email_accounts.imap_port integer default 993
email_accounts.imap_username text
email_accounts.imap_password_enc text
email_accounts.smtp_host text
email_accounts.smtp_port integer default 465
email_accounts.smtp_username text
email_accounts.smtp_password_enc text
email_accounts.agent_id text
email_accounts.monitored_folders jsonb
email_accounts.initial_load_done boolean default false
email_accounts.initial_load_limit integer default 200
email_accounts.extra_tools jsonb
email_accounts.telegram_chat_id text
email_accounts.telegram_keyword text
email_accounts.enabled boolean default true
email_accounts.created_at text
email_accounts.updated_at text
email_triggers.id text not null
email_triggers.trigger_word text not null
email_triggers.agent_id text not null
email_triggers.account_id text
email_triggers.user_id text
email_triggers.enabled boolean default true
email_triggers.created_at text
email_whitelist.email text not null
email_whitelist.daily_limit integer default 0
email_whitelist.created_at text not null
filesystem_whitelist.path text not null
filesystem_whitelist.note text
filesystem_whitelist.created_at text not null
mcp_servers.id text not null
mcp_servers.name text not null
mcp_servers.url text not null
mcp_servers.transport text default 'sse'::text
mcp_servers.api_key_enc text
mcp_servers.headers_enc text
mcp_servers.user_id text
mcp_servers.enabled boolean default true
mcp_servers.created_at text
mfa_challenges.id text not null
mfa_challenges.token text not null
mfa_challenges.user_id text not null
mfa_challenges.next_url text default '/'::text
mfa_challenges.created_at text not null
mfa_challenges.expires_at text not null
mfa_challenges.attempts integer default 0
rss_feeds.id text not null
rss_feeds.url text not null
rss_feeds.schedule text not null
rss_feeds.agent_id text
rss_feeds.seen_item_ids jsonb default '[]'::jsonb
rss_feeds.max_items_per_run integer default 5
rss_feeds.last_fetched_at text
rss_feeds.last_etag text
rss_feeds.last_modified text
rss_feeds.notification_mode text default 'agent'::text
rss_feeds.owner_user_id text
rss_feeds.enabled boolean default true
rss_feeds.created_at text
scheduled_tasks.id text not null
scheduled_tasks.name text not null
scheduled_tasks.description text
scheduled_tasks.schedule text
scheduled_tasks.prompt text not null
scheduled_tasks.allowed_tools text
scheduled_tasks.enabled boolean default true
scheduled_tasks.last_run text
scheduled_tasks.last_status text
scheduled_tasks.created_at text
scheduled_tasks.updated_at text
schema_version.version integer not null
telegram_triggers.id text not null
telegram_triggers.trigger_word text not null
telegram_triggers.agent_id text not null
telegram_triggers.user_id text
telegram_triggers.enabled boolean default true
telegram_triggers.created_at text
telegram_whitelist.id text not null
telegram_whitelist.chat_id text not null
telegram_whitelist.user_id text
telegram_whitelist.label text
user_settings.user_id text not null
user_settings.key text not null
user_settings.value text
users.id text not null
users.username text not null
users.password_hash text not null
users.role text not null
users.is_active boolean not null default true
users.totp_secret text
users.email text
users.created_at text not null
users.updated_at text not null
watched_pages.id text not null
watched_pages.url text not null
watched_pages.schedule text not null
watched_pages.css_selector text
watched_pages.last_content_hash text
watched_pages.last_changed_at text
watched_pages.last_checked_at text
watched_pages.agent_id text
watched_pages.notification_mode text default 'agent'::text
watched_pages.owner_user_id text
watched_pages.enabled boolean default true
watched_pages.created_at text
web_whitelist.domain text not null
web_whitelist.note text
web_whitelist.created_at text not null
webhook_endpoints.id text not null
webhook_endpoints.name text not null
webhook_endpoints.token text not null
webhook_endpoints.agent_id text
webhook_endpoints.owner_user_id text
webhook_endpoints.allow_get boolean default false
webhook_endpoints.enabled boolean default true
webhook_endpoints.trigger_count integer default 0
webhook_endpoints.last_triggered_at text
webhook_endpoints.created_at text
webhook_targets.id text not null
webhook_targets.name text not null
webhook_targets.url text not null
webhook_targets.secret_header text
webhook_targets.owner_user_id text
webhook_targets.enabled boolean default true
webhook_targets.created_at text
)";

/// Keys, uniques and indexes by name, as pg_indexes has them after `USING`.
inline constexpr std::string_view schema_28_indexes = R"(agent_runs_pkey unique btree (id)
agents_pkey unique btree (id)
audit_log_pkey unique btree (id)
audit_log_session_id_idx btree (session_id)
audit_log_timestamp_idx btree ("timestamp")
audit_log_tool_name_idx btree (tool_name)
browser_approved_domains_owner_user_id_domain_key unique btree (owner_user_id, domain)
browser_approved_domains_pkey unique btree (id)
conversations_pkey unique btree (id)
credentials_pkey unique btree (key)
email_accounts_pkey unique btree (id)
email_triggers_pkey unique btree (id)
email_whitelist_pkey unique btree (email)
filesystem_whitelist_pkey unique btree (path)
mcp_servers_pkey unique btree (id)
mfa_challenges_pkey unique btree (id)
mfa_challenges_token_key unique btree (token)
rss_feeds_pkey unique btree (id)
scheduled_tasks_pkey unique btree (id)
schema_version_pkey unique btree (version)
telegram_triggers_pkey unique btree (id)
telegram_whitelist_chat_id_user_id_key unique btree (chat_id, user_id) NULLS NOT DISTINCT
telegram_whitelist_pkey unique btree (id)
user_settings_pkey unique btree (user_id, key)
users_pkey unique btree (id)
users_username_key unique btree (username)
watched_pages_pkey unique btree (id)
web_whitelist_pkey unique btree (domain)
webhook_endpoints_pkey unique btree (id)
webhook_endpoints_token_key unique btree (token)
webhook_targets_pkey unique btree (id)
)";

inline constexpr std::string_view schema_28_foreign_keys = R"(agent_runs FOREIGN KEY (agent_id) REFERENCES agents(id)
user_settings FOREIGN KEY (user_id) REFERENCES users(id)
)";

} // namespace tests
