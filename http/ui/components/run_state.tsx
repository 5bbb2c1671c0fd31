import type { Run, RunStatus } from "../api";
import { Mark, type MarkName } from "./icon";

const marks: Record<RunStatus, readonly [MarkName, string, string]> = {
  queued: ["wait", "waiting", ""],
  running: ["run", "running", "is-live"],
  waiting: ["hand", "waits", "is-warn"],
  success: ["ok", "done", ""],
  error: ["bad", "failed", "is-bad"],
  stopped: ["stop", "stopped", ""],
};

export const is_active = (status: RunStatus) => status === "queued" || status === "running" || status === "waiting";
export const status_word = (status: RunStatus) => marks[status]?.[1] ?? status;

/// The state of a run as mark and word.
export function RunState({ status }: { status: RunStatus }) {
  const [mark, word, colour] = marks[status] ?? ["unknown", status, ""];
  return <span class={`state ${colour}`}><Mark name={mark} />{word}</span>;
}

/// What a run is of: its agent, or the chat.
export const run_name = (run: Pick<Run, "agent_name" | "kind">) => run.agent_name || (run.kind === "chat" ? "Chat" : "Deleted agent");

/// What started it, in words.
export function started_by(run: { kind: Run["kind"]; trigger: { kind: string } | null; parent?: unknown }): string {
  if (run.trigger) return { webhook: "Webhook", schedule: "Schedule", task: "By hand", mail: "Mail", email: "Mail", telegram: "Telegram", feed: "Feed", page: "Page" }[run.trigger.kind] ?? run.trigger.kind;
  if (run.parent) return "Another run";
  return run.kind === "chat" ? "Chat" : "By hand";
}
