import { api, ApiError, type AuditFilter } from "../../api";

/// What the page shows, as it stands in its address.
export interface Shown {
  range: "all" | "today" | "week" | "month" | "days";
  /// With `days`: the first and the last, as the browser's field has them (2026-01-31). Either may be empty.
  from: string;
  to: string;
  tool: string;
  run: string;
  chat: string;
  confirmed: boolean;
  page: number;
}

export const ranges = [["all", "All time"], ["today", "Today"], ["week", "Last 7 days"], ["month", "Last 30 days"], ["days", "From … to …"]] as const;
const days_back: Partial<Record<Shown["range"], number>> = { today: 0, week: 6, month: 29 };

export function shown_of(query: URLSearchParams): Shown {
  const range = query.get("range") as Shown["range"];
  return {
    range: ranges.some(([r]) => r === range) ? range : "all", from: query.get("from") ?? "", to: query.get("to") ?? "", tool: query.get("tool") ?? "",
    run: query.get("run") ?? "", chat: query.get("chat") ?? "", confirmed: query.get("confirmed") === "1", page: Math.max(1, Math.floor(Number(query.get("page")) || 1)),
  };
}

/// The address that shows it; what is as usual is left out.
export function query_of(s: Shown): string {
  const all: Record<string, string> = { range: s.range === "all" ? "" : s.range, from: s.range === "days" ? s.from : "", to: s.range === "days" ? s.to : "", tool: s.tool, run: s.run, chat: s.chat, confirmed: s.confirmed ? "1" : "", page: s.page > 1 ? String(s.page) : "" };
  const query = new URLSearchParams(Object.entries(all).filter(([, v]) => v !== "")).toString();
  return query && `?${query}`;
}

/// Midnight at the beginning of the day that is `days` after `day` (2026-01-31), by this browser's clock; undefined for no day.
function midnight(day: string, days = 0): string | undefined {
  const [y, m, d] = day.split("-").map(Number);
  if (!y || !m || !d) return undefined;
  return new Date(y, m - 1, d + days).toISOString();
}

/// What is asked of the server.
export function asked_of(s: Shown, now = new Date()): AuditFilter {
  const back = days_back[s.range];
  const start = s.range === "days" ? midnight(s.from) : back === undefined ? undefined : new Date(now.getFullYear(), now.getMonth(), now.getDate() - back).toISOString();
  const end = s.range === "days" ? midnight(s.to, 1) : undefined;
  return {
    ...(start ? { start } : {}), ...(end ? { end } : {}), ...(s.tool ? { tool_name: s.tool } : {}), ...(s.run ? { task_id: s.run } : {}),
    ...(s.chat ? { session_id: s.chat } : {}), ...(s.confirmed ? { confirmed_only: true } : {}),
  };
}

export const is_filtered = (s: Shown) => s.range !== "all" || s.tool !== "" || s.run !== "" || s.chat !== "" || s.confirmed;

/// A run or a chat from its id or its address.
export async function run_or_chat(text: string): Promise<{ run: string; chat: string }> {
  const address = /\/(runs|chat)\/([^/?#\s]+)/.exec(text);
  const id = address?.[2] ?? text.trim();
  if (address) return address[1] === "runs" ? { run: id, chat: "" } : { run: "", chat: id };
  // A run that is gone leaves its calls in the log, so what is no chat counts as one.
  const chat = await api.conversation(id).then(() => true, (e: unknown) => { if (e instanceof ApiError && e.status === 404) return false; throw e; });
  return chat ? { run: "", chat: id } : { run: id, chat: "" };
}
