import { signal } from "@preact/signals";
import { api, ApiError, type Queue } from "../api";
import { epoch, offline_since } from "./connection";
import { me } from "./session";

/// What the engine box of the navigation shows; null until it was read once.
export const engine = signal<{ paused: boolean; still_after_ms: number | null; leads_since: string; queue: Queue; read_at: number } | null>(null);
/// The name the server gave itself, shown beside the brand where it differs.
export const engine_error = signal<ApiError | null>(null);

const every = 4000; // ms
let timer = 0;

/// Reads state and queue now, and goes on doing so.
export async function refresh_engine(): Promise<void> {
  clearTimeout(timer);
  if (me.peek() && !document.hidden && offline_since.peek() === null) {
    try {
      const [status, queue] = await Promise.all([api.status(), api.queue()]);
      engine.value = { paused: status.paused, still_after_ms: status.still_after_ms, leads_since: status.leads_since, queue, read_at: Date.now() };
      engine_error.value = null;
    } catch (e) {
      if (e instanceof ApiError) engine_error.value = e;
    }
  }
  timer = window.setTimeout(() => void refresh_engine(), every);
}

/// How quickly everything stood still; empty where that is not known.
export function stood_still(): string {
  const ms = engine.value?.still_after_ms;
  if (ms === null || ms === undefined) return "";
  return ms === 0 ? "No call went out after it." : `The last byte of a call went out ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms after it.`;
}

/// Stops everything, or lets it go on. Waits for the server's word.
export async function set_paused(paused: boolean): Promise<void> {
  await (paused ? api.pause() : api.resume());
  await refresh_engine();
}

/// Starts the reading. Called once.
export function start_engine(): void {
  me.subscribe((who) => { if (who) void refresh_engine(); else engine.value = null; });
  epoch.subscribe(() => void refresh_engine());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) void refresh_engine(); });
}
