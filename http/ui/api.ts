import { contact, lost } from "./lib/connection";

export type Role = "admin" | "user";
export type Theme = "light" | "dark" | "system";
export type Scope = "read" | "chat" | "run" | "engine" | "metrics" | "admin";
export type RunStatus = "queued" | "running" | "waiting" | "success" | "error" | "stopped";

export type KeyedProvider = "anthropic" | "openai" | "openrouter";
export interface Me {
  id: string; username: string; role: Role; scopes: Scope[]; theme?: Theme;
  personality_soul: string; personality_user: string;
  /// What holds where one's own text is empty.
  system_soul: string; system_user: string;
  /// The providers that one has a key of one's own for.
  provider_keys: KeyedProvider[];
  /// Of one's schedules; empty: the server's.
  time_zone: string; system_time_zone: string;
}
export interface MeChange {
  password?: string; current_password?: string; theme?: Theme; personality_soul?: string; personality_user?: string;
  provider_keys?: Partial<Record<KeyedProvider, string | null>>;
  time_zone?: string;
}
export interface SignedIn { id: string; username: string; role: Role }
export interface SetupState { needed: boolean; code_required: boolean }
export interface User { id: string; username: string; role: Role; is_active: boolean; created_at?: string; last_login_at?: string | null; budget: Budget }
/// USD; null: no limit. Days and months are those of the server's time zone.
export interface Budget { day_usd: number | null; month_usd: number | null }
export interface ApiKey {
  id: string; name: string; prefix: string; scopes: Scope[]; expires_at: string | null;
  created_at?: string; last_used_at?: string | null; key?: string;
}

export interface Usage { input_tokens: number; output_tokens: number; cost_usd: number | null }
export interface ToolCall {
  call_id: string; tool_name: string; arguments: unknown;
  /// Not known while it runs.
  success?: boolean | null; result_summary?: string; confirmed?: boolean | null; ms?: number;
}
/// The text of a message is a string; databases taken over may hold a list of blocks instead.
export type Content = string | { type: string; text?: string }[] | null;
/// A file that goes with a message; `/api/attachments/ID` is the file itself.
export interface Attachment { id: string; name: string; media_type: string; size: number }
export interface Message {
  role: string; content: Content; tool_calls?: ToolCall[] | null; run_id?: string | null;
  at?: string | null; model?: string | null; status?: RunStatus | null; error?: string | null; usage?: Usage | null;
  attachments?: Attachment[] | null;
  /// Of a user's message: how many versions of the turn there are, where there is more than this one.
  versions?: number | null;
  stop_reason?: StopReason | null;
  /// How the model came to its answer.
  reasoning?: string | null;
  /// Made before this answer, as the conversation had become too long for the model.
  summary?: Summary | null;
}
export type StopReason = "end_turn" | "tool_use" | "max_tokens" | "context_full" | "pause_turn" | "refusal";
/// `covers`: how many messages, from the first on, the model reads as this text.
export interface Summary { text: string; covers: number }
/// What stood in a chat from a turn on, before that turn was said anew.
export interface Version { run_id: string; replaced_by: string; replaced_at: string; messages: Message[] }
/// Tokens and cost of many runs; `cost_usd` leaves out those whose price is unknown.
export interface UsageTotals { runs: number; input_tokens: number; output_tokens: number; cost_usd: number; unpriced_runs: number }
export interface OwnUsage { day: UsageTotals; month: UsageTotals; all: UsageTotals; budget: Budget & { spent_day_usd: number; spent_month_usd: number } }
/// The agent whose persona a chat has; `available`: one may still talk with it.
export interface ChatAgent { id: string; name: string; available: boolean }
/// What an approval counts for: this call; later ones of the tool with the same destination in this chat; all of them there.
export type ApprovalScope = "once" | "chat" | "any";
export interface Confirmation { call_id: string; tool_name: string; arguments: unknown; description: string; expires_at: string }
export interface ConversationRow {
  id: string; title: string | null; model: string | null; started_at: string; ended_at: string | null; agent_id?: string | null;
  /// Only in answers to a search: where the words stand.
  snippet?: { text: string; hit: boolean }[] | null;
}
export interface Conversation extends ConversationRow {
  messages: Message[]; running: string | null; last_event_id: string | null; confirmations?: Confirmation[];
  agent?: ChatAgent | null; usage?: UsageTotals;
  /// Only in a `reset` event: what the running turn has said and done so far.
  partial?: { text: string; tool_calls: ToolCall[]; reasoning?: string; summary?: string } | null;
}
/// `context_length` is 0 where it is unknown; prices are USD for a million tokens, null where unknown.
export interface Model {
  id: string; name: string; provider: string; context_length: number; max_output_tokens: number; default?: boolean;
  /// An administrator has entered the price.
  own_price: boolean;
  pricing: { prompt: number | null; completion: number | null; cache_read?: number | null; cache_write?: number | null };
  capabilities: { vision: boolean; tools: boolean; online: boolean; pdf: boolean };
}
/// USD for a million tokens; without prompt and completion the provider's price counts again.
export interface PriceBody { model: string; prompt_usd: number | null; completion_usd: number | null; cache_read_usd: number | null; cache_write_usd: number | null }
/// How a provider is doing. `has_key`: the server has one, beside the users' own.
export interface Provider {
  name: string; api: "anthropic" | "openai" | "openrouter" | "compatible"; base_url: string; has_key: boolean;
  models: number; listed_at: string | null; list_error: string; open_calls: number; waiting_calls: number; failures: number; closed_until: string | null; held_until: string | null;
}
export interface ModelServer { name: string; base_url: string; has_key: boolean; created_at: string }

export type AllowedTools = "all" | "none" | string[];
export type MissedRuns = "skip" | "once" | "all";
export type PromptMode = "combined" | "system_only" | "agent_only";
export interface AgentBody {
  name: string; prompt: string; model: string; description: string | null; allowed_tools: AllowedTools;
  can_create_subagents: boolean; schedule: string | null; enabled: boolean; max_tool_calls: number | null; prompt_mode: PromptMode;
  fallback_model: string | null; max_concurrent_runs: number | null; budget_day_usd: number | null; budget_month_usd: number | null;
  missed_runs: MissedRuns; missed_runs_max: number; schedule_jitter_s: number; allow_overlap: boolean;
}
export interface Agent extends AgentBody {
  id: string; parent_agent_id: string | null; created_by: string | null; owner_user_id: string | null;
  created_at: string; updated_at: string; next_run_at: string | null; time_zone: string;
  /// Only of one agent: its runs and those below them, this day and month.
  spent?: { day_usd: number; month_usd: number } | null;
}
/// A prompt and a time: what there was before agents.
export interface TaskBody { name: string; prompt: string; description: string | null; schedule: string | null; allowed_tools: AllowedTools; enabled: boolean }
export interface Task extends TaskBody {
  id: string; last_run: string | null; last_status: string | null; created_at: string | null; updated_at: string | null;
  owner_user_id: string | null; agent_id: string | null; next_run_at: string | null; time_zone: string;
}
/// What a cron expression means.
export interface SchedulePreview { expression: string; time_zone: string; description: string; next: string[] }
/// A time of a schedule, or several, at which nothing was started.
export interface NotRun { id: string; outcome: string; first: string; last: string; count: number; more: boolean; reason: string; noted_at: string }
export interface Tool { name: string; description: string; risk: "read" | "write" | "external" | "destructive"; needs_confirmation: boolean; unattended: string | boolean }

/// What an agent may do while nobody watches.
export interface Ability { tool: string; use: string; may: "freely" | "without_outside_text" | "never"; sentence: string }

export interface Run {
  id: string; kind: "chat" | "agent"; agent_id: string | null; agent_name?: string | null; conversation_id: string | null;
  message?: string | null; trigger: { kind: string; event_id: string } | null; parent?: { run_id: string; seq: number | null } | null;
  copy_of?: { run_id: string; seq: number | null } | null; status: RunStatus; why_waiting: string | null;
  /// Only of one run: when it failed inside the server (`error`), and when it was tried again.
  crashes?: { at: string; step: number; error: string | null; tried_by: string | null }[];
  queued_at: string; started_at: string | null; ended_at: string | null;
  input_tokens: number | null; output_tokens: number | null; cost_usd: number | null;
  result: string | null; error: string | null; trace_id: string | null;
}
/// What a model was told beside the conversation; steps name it by its hash.
export interface Prompt { hash: string; system: string; tools: { name: string; description: string; schema: unknown }[]; created_at: string }
export interface Step {
  seq: number; kind: "model" | "tool"; state: "begun" | "done" | "unknown"; name: string | null; input: unknown; output: unknown;
  input_tokens: number | null; output_tokens: number | null; cost_usd: number | null; started_at: string; ended_at: string | null;
}

/// How senders prove themselves.
export type WebhookScheme = "none" | "github" | "standard" | "stripe" | "token";
/// `keep_secret`: with a new secret, the one before holds too.
export interface WebhookBody {
  name: string; agent_id: string; allow_get?: boolean; enabled?: boolean;
  verify?: WebhookScheme; token_header?: string | null; secret?: string; keep_secret?: boolean;
  prompt_template?: string | null; filter?: string | null; rate_per_minute?: number;
}
/// What came to a webhook. `run_status` is null where there is no run, or not any more.
export interface Delivery {
  id: string; received_at: string; content_type: string; bytes: number; excerpt: string; outcome: string;
  run_id: string | null; run_status: RunStatus | null;
}
/// Where runs and tools send to. `signing_secret` is in the answer that made it only.
export interface Target { id: string; name: string; url: string; owner_user_id: string | null; enabled: boolean; disabled_reason: string | null; created_at: string | null; header_name: string | null; signing_secret: string | null }
export interface TargetBody { name: string; url: string; enabled?: boolean; header_name: string | null; header_value?: string }
/// What is to go out, or went.
export interface Sending {
  id: string; channel: "webhook" | "telegram" | "push"; lane: string; run_id: string | null; type: string; state: "waiting" | "sent" | "dead";
  attempts: number; next_at: string | null; created_at: string; ended_at: string | null; last_status: number | null; last_error: string | null;
}
export type ToldEnds = "success" | "error" | "both";
export interface Told { targets: { target_id: string; tell: ToldEnds }[] }
export interface Push { pushover: boolean; pushover_ready: boolean; ntfy_url: string; ntfy_has_token: boolean }
export type TelegramState = "off" | "connecting" | "on" | "second_poller" | "refused" | "unreachable";
export interface TelegramStatus { state: TelegramState; detail: string; username: string; by_webhook: boolean; alive_at: string | null; update_at: string | null; updates: number }
/// A chat that has written to the bot; one that nobody allowed is a stranger.
export interface TelegramChat {
  chat_id: string; kind: string; title: string; username: string; first_seen_at: string; last_seen_at: string; messages: number;
  agent_id: string | null; conversation_id: string | null; allowed: { entry_id: string; user_id: string | null }[];
}
export interface TelegramSaid { id: string; at: string; from_us: boolean; text: string; outcome: string; run_id: string | null; error: string | null }
export interface TelegramTrigger { id: string; trigger_word: string; agent_id: string; user_id: string | null; enabled: boolean; created_at: string | null }
/// An event of any source. `excerpt` is empty where another user's chat said it.
export interface LedgerRow {
  id: string; source: string; source_id: string; source_name: string; received_at: string; content_type: string; bytes: number; excerpt: string;
  outcome: string; run_id: string | null; run_status: RunStatus | null;
}
export interface LedgerEvent { id: string; source: string; source_id: string; source_name: string; received_at: string; content_type: string; body: string; request: unknown; outcome: string; run_id: string | null; agent_id: string | null }
/// When a way in was last proven alive.
export interface TriggerProof { trigger: string; proven_at: string | null; doubt_since: string | null; why: string; alarm: boolean }
/// What a delivery that came would do by other rules.
export interface Previewed { event_id: string; received_at: string; counts: boolean; message: string; input: string }
export interface Webhook {
  prompt_template: string | null; filter: string | null; rate_per_minute: number;
  verify: WebhookScheme; token_header: string | null;
  /// How many hold.
  secrets: number;
  id: string; name: string; token?: string | null; url: string | null; agent_id: string | null; owner_user_id: string | null;
  allow_get: boolean; enabled: boolean; trigger_count: number; last_triggered_at: string | null; created_at: string | null;
}

export interface EngineStatus { paused: boolean; agent_name: string; role: "leader"; leads_since: string; still_after_ms: number | null }
export interface QueuedRun {
  run_id: string; why: string; kind: Run["kind"]; agent_id: string | null; agent_name: string | null; owner: string | null;
  trigger_kind: string | null; parent_run_id: string | null; autonomous: boolean; queued_at: string;
}
export interface Queue {
  running: number; queued: number; max_concurrent: number; waiting: QueuedRun[];
  /// Runs that wait for a person's answer; they hold no place.
  asking: number;
  /// The same for their sub-agents.
  waiting_for_runs?: number;
}
export interface Latency { p50: number | null; p99: number | null }
export interface Actor {
  path: string; kind: string; state: string; mailbox: number; handled: number; restarts: number; age_s: number;
  waiting_ms: Latency; busy_ms: Latency; last_message: string | null; last_error: string | null;
}
export interface Setting {
  key: string; type: "integer" | "boolean" | "string" | "prose" | "url" | "secret" | "enum" | "list"; default: unknown; unit: string | null;
  min: number | null; max: number | null; choices: string[] | null; help: string; value: unknown;
  source: "default" | "database" | "config" | "environment" | "command line"; set: boolean;
  effect?: "at_once" | "next_run" | "next_start";
}
/// One tool call in the audit log. `session_id` is the conversation, `task_id` the run.
export interface AuditEntry {
  id: number; timestamp: string; session_id: string | null; tool_name: string; arguments: unknown; result_summary: string | null;
  confirmed: boolean; task_id: string | null; user_id: string | null;
}
export interface AuditPage { entries: AuditEntry[]; total: number; page: number; per_page: number }
export interface AuditFilter { start?: string; end?: string; tool_name?: string; session_id?: string; task_id?: string; confirmed_only?: boolean }
export interface WebDomain { domain: string; note: string | null; created_at: string }
export interface FolderPath { path: string; note: string | null; for_users?: boolean; created_at: string }

export interface FieldError { path: string; message: string }
interface Problem { type?: string; title?: string; status?: number; detail?: string; errors?: FieldError[]; request_id?: string; instance?: string }

/// A message that goes on from its field's name ("must not be empty") as a sentence of its own.
function sentence(message: string): string {
  const whole = /^(is|are|must|may|has|have|needs|can|cannot|does|was)\b/.test(message) ? `It ${message}` : message.charAt(0).toUpperCase() + message.slice(1);
  return /[.?!]$/.test(whole) ? whole : `${whole}.`;
}

/// What went wrong with a request. `status` 0: the server did not answer.
export class ApiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly request: string | null;
  readonly retry_after: number | null;

  constructor(status: number, problem: Problem, request: string | null = null, retry_after: number | null = null) {
    super(problem.detail || problem.title || `The server answered with status ${status}.`);
    this.status = status;
    this.type = problem.type ?? "";
    this.request = problem.request_id ?? request;
    this.retry_after = retry_after;
    const fields: Record<string, string> = {};
    for (const e of problem.errors ?? []) fields[e.path.replace(/^(#?\/|\$\.?)/, "").replaceAll("/", ".")] ??= sentence(e.message);
    this.fields = fields;
  }

  /// True where the fault lies with what was typed, so that it is shown beside the fields.
  get in_fields(): boolean {
    return Object.keys(this.fields).length > 0;
  }
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
let on_signed_out: (error: ApiError) => void = () => {};

/// Says what happens when the server does not know the session any more. Called once, by the session.
export function when_signed_out(handler: (error: ApiError) => void): void {
  on_signed_out = handler;
}

/// Makes an error of an answer that is not 2xx, with the server's own words where there are some.
export async function error_of(answer: Response): Promise<ApiError> {
  const after = Number(answer.headers.get("Retry-After"));
  const text = await answer.text().catch(() => "");
  let problem: Problem = {};
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    // Not ours (a proxy perhaps): the status has to do.
  }
  return new ApiError(answer.status, problem, answer.headers.get("X-Request-Id"), after > 0 ? after : null);
}

async function request<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let answer: Response;
  const limit = AbortSignal.timeout(30_000); // the server's own limits are shorter
  try {
    answer = await fetch(path, {
      method, cache: "no-store", credentials: "same-origin", signal: signal ? AbortSignal.any([signal, limit]) : limit,
      ...(body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
    });
  } catch (e) {
    if (signal?.aborted) throw e;
    lost();
    throw new ApiError(0, { detail: "The server does not answer." });
  }
  contact();
  if (!answer.ok) {
    const error = await error_of(answer);
    if (error.status === 401 && path !== "/api/login" && path !== "/api/me") on_signed_out(error);
    throw error;
  }
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

const get = <T>(path: string, signal?: AbortSignal) => request<T>("GET", path, undefined, signal);
const post = <T>(path: string, body: unknown = {}, signal?: AbortSignal) => request<T>("POST", path, body, signal);
const put = <T>(path: string, body: unknown) => request<T>("PUT", path, body);
const patch = <T>(path: string, body: unknown) => request<T>("PATCH", path, body);
const del = (path: string) => request<void>("DELETE", path);
const e = encodeURIComponent;
const page = (limit: number, before?: string) => `?limit=${limit}${before ? `&before=${e(before)}` : ""}`;

/// Every route the app uses, by what it is about. `s` stops a request whose answer nobody awaits any more.
export const api = {
  setup_state: () => get<SetupState>("/api/setup"),
  setup: (b: { username: string; password: string; code?: string }) => post<SignedIn>("/api/setup", b),
  login: (b: { username: string; password: string }) => post<SignedIn | { mfa_token: string }>("/api/login", b),
  logout: (everywhere: boolean) => post<unknown>("/api/logout", everywhere ? { everywhere } : {}),
  me: () => get<Me>("/api/me"),
  update_me: (b: MeChange) => patch<Me>("/api/me", b),

  users: (s?: AbortSignal) => get<User[]>("/api/users?limit=500", s),
  create_user: (b: { username: string; password: string; role: Role }) => post<User>("/api/users", b),
  update_user: (id: string, b: { role?: Role; is_active?: boolean; password?: string; budget?: Budget }) => patch<User>(`/api/users/${e(id)}`, b),
  api_keys: (s?: AbortSignal) => get<ApiKey[]>("/api/api-keys?limit=500", s),
  create_api_key: (b: { name: string; scopes: Scope[]; expires_at?: string }) => post<ApiKey>("/api/api-keys", b),
  delete_api_key: (id: string) => del(`/api/api-keys/${e(id)}`),

  models: (s?: AbortSignal) => get<Model[]>("/api/models", s),
  providers: (s?: AbortSignal) => get<Provider[]>("/api/models/providers", s),
  refresh_models: () => post<unknown>("/api/models/refresh"),
  set_price: (b: PriceBody) => post<unknown>("/api/model-prices", b),
  add_model_server: (b: { name: string; base_url: string; api_key?: string }) => post<ModelServer>("/api/model-endpoints", b),
  remove_model_server: (name: string) => del(`/api/model-endpoints/${e(name)}`),
  conversations: (limit: number, before?: string, s?: AbortSignal) => get<ConversationRow[]>(`/api/conversations${page(limit, before)}`, s),
  conversation: (id: string, s?: AbortSignal) => get<Conversation>(`/api/conversations/${e(id)}`, s),
  find_conversations: (q: string, limit: number, before?: string, s?: AbortSignal) => get<ConversationRow[]>(`/api/conversations${page(limit, before)}&q=${e(q)}`, s),
  versions: (id: string, run_id: string, s?: AbortSignal) => get<Version[]>(`/api/conversations/${e(id)}/versions/${e(run_id)}`, s),
  own_usage: (s?: AbortSignal) => get<OwnUsage>("/api/me/usage", s),
  create_conversation: (b: { title?: string; model?: string; agent_id?: string }) => post<ConversationRow & { last_event_id: string | null }>("/api/conversations", b),
  rename_conversation: (id: string, title: string) => patch<Conversation>(`/api/conversations/${e(id)}`, { title }),
  delete_conversation: (id: string) => del(`/api/conversations/${e(id)}`),
  send: (id: string, b: { text?: string; model?: string; attachments?: string[]; replaces?: string }) => post<{ run_id: string; last_event_id: string }>(`/api/conversations/${e(id)}/messages`, b),
  stop_turn: (id: string) => post<unknown>(`/api/conversations/${e(id)}/stop`),
  answer: (id: string, call_id: string, b: { approved: boolean; scope?: ApprovalScope }) =>
    post<unknown>(`/api/conversations/${e(id)}/confirmations/${e(call_id)}`, b),

  agents: (s?: AbortSignal) => get<Agent[]>("/api/agents?limit=500", s),
  agent: (id: string, s?: AbortSignal) => get<Agent>(`/api/agents/${e(id)}`, s),
  create_agent: (b: Partial<AgentBody>) => post<Agent>("/api/agents", b),
  update_agent: (id: string, b: Partial<AgentBody>) => patch<Agent>(`/api/agents/${e(id)}`, b),
  delete_agent: (id: string) => del(`/api/agents/${e(id)}`),
  run_agent: (id: string, message?: string) => post<{ run_id: string }>(`/api/agents/${e(id)}/run`, message ? { message } : {}),
  agent_runs: (id: string, limit: number, before?: string, s?: AbortSignal) => get<Run[]>(`/api/agents/${e(id)}/runs${page(limit, before)}`, s),
  agent_not_run: (id: string, limit: number, before?: string, s?: AbortSignal) => get<NotRun[]>(`/api/agents/${e(id)}/not-run${page(limit, before)}`, s),
  schedule: (expression: string, time_zone: string, s?: AbortSignal) => get<SchedulePreview>(`/api/schedule/preview?${new URLSearchParams({ expression, time_zone })}`, s),
  tasks: (s?: AbortSignal) => get<Task[]>("/api/scheduled-tasks?limit=500", s),
  create_task: (b: Partial<TaskBody>) => post<Task>("/api/scheduled-tasks", b),
  update_task: (id: string, b: Partial<TaskBody>) => patch<Task>(`/api/scheduled-tasks/${e(id)}`, b),
  delete_task: (id: string) => del(`/api/scheduled-tasks/${e(id)}`),
  run_task: (id: string) => post<{ run_id: string }>(`/api/scheduled-tasks/${e(id)}/run`),
  convert_task: (id: string) => post<Agent>(`/api/scheduled-tasks/${e(id)}/convert`),
  task_runs: (id: string, limit: number, before?: string, s?: AbortSignal) => get<Run[]>(`/api/scheduled-tasks/${e(id)}/runs${page(limit, before)}`, s),
  task_not_run: (id: string, limit: number, before?: string, s?: AbortSignal) => get<NotRun[]>(`/api/scheduled-tasks/${e(id)}/not-run${page(limit, before)}`, s),
  tools: (s?: AbortSignal) => get<Tool[]>("/api/tools", s),
  /// `of`: a definition as JSON text; it need not be saved.
  abilities: (of: string, s?: AbortSignal) => request<Ability[]>("POST", "/api/agents/abilities", JSON.parse(of), s),
  runs: (limit: number, before?: string, s?: AbortSignal) => get<Run[]>(`/api/runs${page(limit, before)}`, s),
  run: (id: string, s?: AbortSignal) => get<Run>(`/api/runs/${e(id)}`, s),
  steps: (id: string, s?: AbortSignal) => get<Step[]>(`/api/runs/${e(id)}/steps?limit=500`, s),
  rerun: (id: string) => post<{ run_id: string }>(`/api/runs/${e(id)}/rerun`),
  fork_run: (id: string, b: { seq: number; model?: string; message?: string }) => post<{ run_id: string }>(`/api/runs/${e(id)}/fork`, b),
  prompts: (id: string, s?: AbortSignal) => get<Prompt[]>(`/api/runs/${e(id)}/prompts`, s),
  try_again: (id: string) => post<unknown>(`/api/runs/${e(id)}/try-again`),
  restart_actor: (path: string) => post<unknown>("/api/actors/restart", { path }),
  stop_run: (id: string) => post<unknown>(`/api/runs/${e(id)}/stop`),

  webhooks: (s?: AbortSignal) => get<Webhook[]>("/api/webhooks?limit=500", s),
  create_webhook: (b: WebhookBody) => post<Webhook>("/api/webhooks", b),
  webhook_deliveries: (id: string, limit: number, before?: string, s?: AbortSignal) => get<Delivery[]>(`/api/webhooks/${e(id)}/deliveries${page(limit, before)}`, s),
  targets: (s?: AbortSignal) => get<Target[]>("/api/webhook-targets?limit=500", s),
  create_target: (b: Partial<TargetBody>) => post<Target>("/api/webhook-targets", b),
  update_target: (id: string, b: Partial<TargetBody>) => patch<Target>(`/api/webhook-targets/${e(id)}`, b),
  delete_target: (id: string) => del(`/api/webhook-targets/${e(id)}`),
  test_target: (id: string) => post<{ delivery_id: string }>(`/api/webhook-targets/${e(id)}/test`),
  renew_target_secret: (id: string) => post<{ signing_secret: string }>(`/api/webhook-targets/${e(id)}/secret`),
  target_deliveries: (id: string, limit: number, before?: string, s?: AbortSignal) => get<Sending[]>(`/api/webhook-targets/${e(id)}/deliveries${page(limit, before)}`, s),
  send_again: (id: string) => post(`/api/outbox/${e(id)}/send`),
  agent_targets: (id: string, s?: AbortSignal) => get<Told>(`/api/agents/${e(id)}/targets`, s),
  set_agent_targets: (id: string, b: Told) => put<Told>(`/api/agents/${e(id)}/targets`, b),
  push: (s?: AbortSignal) => get<Push>("/api/me/push", s),
  set_push: (b: { pushover_user_key?: string; ntfy_url?: string; ntfy_token?: string }) => patch<Push>("/api/me/push", b),
  test_push: () => post("/api/me/push/test"),
  telegram: (s?: AbortSignal) => get<TelegramStatus>("/api/telegram", s),
  telegram_chats: (s?: AbortSignal) => get<TelegramChat[]>("/api/telegram/chats?limit=500", s),
  telegram_history: (id: string, s?: AbortSignal) => get<TelegramSaid[]>(`/api/telegram/chats/${e(id)}/history`, s),
  set_chat_agent: (id: string, agent_id: string | null) => patch(`/api/telegram/chats/${e(id)}`, { agent_id }),
  allow_chat: (b: { chat_id: string; user_id?: string; for_all?: boolean; label?: string | null }) => post("/api/telegram/whitelist", b),
  disallow_chat: (id: string) => del(`/api/telegram/whitelist/${e(id)}`),
  telegram_triggers: (s?: AbortSignal) => get<TelegramTrigger[]>("/api/telegram/triggers?limit=500", s),
  create_telegram_trigger: (b: { trigger_word: string; agent_id: string }) => post<TelegramTrigger>("/api/telegram/triggers", b),
  update_telegram_trigger: (id: string, b: { trigger_word?: string; agent_id?: string; enabled?: boolean }) => patch<TelegramTrigger>(`/api/telegram/triggers/${e(id)}`, b),
  delete_telegram_trigger: (id: string) => del(`/api/telegram/triggers/${e(id)}`),
  events: (of: { source: string; outcome: string; source_id: string }, limit: number, before?: string, s?: AbortSignal) => get<LedgerRow[]>(`/api/events${page(limit, before)}&${new URLSearchParams(of)}`, s),
  event: (id: string, s?: AbortSignal) => get<LedgerEvent>(`/api/events/${e(id)}`, s),
  replay_event: (id: string, agent_id?: string) => post<{ run_id: string; event_id: string }>(`/api/events/${e(id)}/replay`, agent_id ? { agent_id } : {}),
  triggers: (s?: AbortSignal) => get<TriggerProof[]>("/api/triggers", s),
  preview_webhook: (id: string, b: { prompt_template: string | null; filter: string | null }, s?: AbortSignal) => post<Previewed[]>(`/api/webhooks/${e(id)}/preview`, b, s),
  update_webhook: (id: string, b: Partial<WebhookBody>) => patch<Webhook>(`/api/webhooks/${e(id)}`, b),
  delete_webhook: (id: string) => del(`/api/webhooks/${e(id)}`),

  status: (s?: AbortSignal) => get<EngineStatus>("/api/status", s),
  queue: (s?: AbortSignal) => get<Queue>("/api/queue", s),
  pause: () => post<unknown>("/api/pause"),
  resume: () => post<unknown>("/api/resume"),
  actors: (s?: AbortSignal) => get<Actor[]>("/api/actors", s),
  audit: (f: AuditFilter, page: number, per_page: number, s?: AbortSignal) =>
    get<AuditPage>(`/api/audit?${new URLSearchParams({ ...Object.fromEntries(Object.entries(f).map(([k, v]) => [k, String(v)])), page: String(page), per_page: String(per_page) })}`, s),
  settings: (s?: AbortSignal) => get<Setting[]>("/api/settings", s),
  set_setting: (key: string, value: unknown) => post<unknown>("/api/credentials", { key, value }),
  reset_setting: (key: string) => del(`/api/credentials/${e(key)}`),
  web_whitelist: (s?: AbortSignal) => get<WebDomain[]>("/api/web-whitelist?limit=500", s),
  add_domain: (b: { domain: string; note?: string }) => post<WebDomain>("/api/web-whitelist", b),
  remove_domain: (domain: string) => del(`/api/web-whitelist/${e(domain)}`),
  folders: (s?: AbortSignal) => get<FolderPath[]>("/api/filesystem-whitelist?limit=500", s),
  add_folder: (b: { path: string; note?: string; for_users?: boolean }) => post<FolderPath>("/api/filesystem-whitelist", b),
  remove_folder: (path: string) => del(`/api/filesystem-whitelist?path=${e(path)}`),
};

/// Where a file is sent to, for lib/upload.ts, and where it is.
export const files = {
  upload: (conversation: string, name: string) => `/api/conversations/${e(conversation)}/attachments?name=${e(name)}`,
  of: (id: string) => `/api/attachments/${e(id)}`,
};

/// A chat as a file.
export const export_of = (id: string, format: "md" | "json") => `/api/conversations/${e(id)}/export?format=${format}`;

/// Addresses of the event streams, for lib/stream.ts.
export const streams = {
  conversation: (id: string) => `/api/conversations/${e(id)}/events`,
  run: (id: string) => `/api/runs/${e(id)}/events`,
  actors: "/api/actors/events",
};
