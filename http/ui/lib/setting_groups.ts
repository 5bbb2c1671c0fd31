import type { Setting } from "../api";

/// Settings that belong together, with a head of their own.
export interface Section { title: string; about?: string; keys: readonly string[] }
/// One page of the server's settings.
export interface Group { path: string; name: string; about: string; sections: readonly Section[] }

const keys = (...names: string[]) => names.map((n) => `system:${n}`);

/// In the order of the list at the left. What is in none of them comes under "Engine and limits", so that no new setting is lost.
export const groups: readonly Group[] = [
  {
    path: "models", name: "Models and keys", about: "Which models there are, and what opens them. Keys are encrypted on this machine: they can be replaced, never read.",
    sections: [
      { title: "Which model", keys: keys("default_model", "fallback_model") },
      { title: "Anthropic", keys: keys("anthropic_api_key", "anthropic_base_url") },
      { title: "OpenAI", keys: keys("openai_api_key", "openai_base_url") },
      { title: "OpenRouter", keys: keys("openrouter_api_key", "openrouter_base_url") },
    ],
  },
  {
    path: "engine", name: "Engine and limits", about: "How much may happen at once, and how the engine works. Changes take effect at once unless it says otherwise.",
    sections: [
      { title: "Runs", keys: keys("max_concurrent_runs", "max_autonomous_runs_per_hour", "max_queued_runs", "max_run_minutes", "max_run_output_tokens", "max_context_tokens", "confirmation_timeout_s") },
      { title: "Tool calls", keys: keys("max_tool_calls", "max_tool_result_bytes", "tool_workers") },
      { title: "Event streams", keys: keys("max_event_streams", "max_event_streams_per_user") },
      { title: "Time", keys: keys("time_zone") },
      { title: "What is kept", keys: keys("users_base_folder", "audit_retention_days") },
    ],
  },
  {
    path: "personality-for-all", name: "Personality for all", about: "Who the agent is for everybody who has not said so in their own account. The security rules stand in the program and hold whatever is written here.",
    sections: [{ title: "", keys: keys("personality_soul", "personality_user") }],
  },
  {
    path: "search", name: "Web search", about: "What the tool that searches the web asks.",
    sections: [{ title: "", keys: keys("search_engine", "search_url", "search_api_key") }],
  },
  {
    path: "telegram", name: "Telegram", about: "The bot by which chats reach this server; who may write is chosen on the page Telegram.",
    sections: [{ title: "", keys: keys("telegram_bot_token", "telegram_webhook_url", "telegram_base_url") }],
  },
  {
    path: "push", name: "Push services", about: "How people are told what happens on their devices; each sets where under Notifications.",
    sections: [{ title: "Pushover", keys: keys("pushover_app_token", "pushover_base_url") }],
  },
  {
    path: "network", name: "Network", about: "Under which names this server is reached, and whom it may reach.",
    sections: [{ title: "", keys: keys("public_hosts", "trusted_proxy_ips", "egress_allow_hosts") }],
  },
  {
    path: "security", name: "Security", about: "What guards sessions, the engine, and the model against text from outside.",
    sections: [{ title: "", keys: keys("session_secret", "allow_injection") }],
  },
];

/// A page of the settings, as the list at the left and the palette name it.
export interface SettingPart { path: string; name: string; admin: boolean }
export const own_parts: readonly SettingPart[] = [
  { path: "", name: "Profile and sign-in", admin: false },
  { path: "look", name: "Look", admin: false },
  { path: "personality", name: "Personality", admin: false },
  { path: "notifications", name: "Notifications", admin: false },
  { path: "provider-keys", name: "Provider keys", admin: false },
  { path: "api-keys", name: "API keys", admin: false },
];
export const server_parts: readonly SettingPart[] = [...groups.map(({ path, name }) => ({ path, name, admin: true })), { path: "whitelists", name: "Whitelists", admin: true }];
export const address_of = (part: SettingPart) => (part.path ? `/settings/${part.path}` : "/settings");

const elsewhere = new Set(keys("paused")); // the kill switch is in the engine box
const named = new Set(groups.flatMap((g) => g.sections.flatMap((s) => s.keys)));

/// The settings of a section in its order.
export function settings_of(section: Section, all: readonly Setting[]): Setting[] {
  return section.keys.map((key) => all.find((s) => s.key === key)).filter((s) => s !== undefined);
}

/// What no section names: security's own words under Security, the rest under Engine and limits.
export function unnamed_of(group: Group, all: readonly Setting[]): Setting[] {
  const rest = all.filter((s) => !named.has(s.key) && !elsewhere.has(s.key));
  if (group.path === "security") return rest.filter((s) => /^system:security_/.test(s.key));
  return group.path === "engine" ? rest.filter((s) => !/^system:security_/.test(s.key)) : [];
}
