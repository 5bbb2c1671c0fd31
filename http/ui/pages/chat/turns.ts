import type { Attachment, Content, Message, RunStatus, StopReason, Summary, ToolCall, Usage } from "../../api";

/// A turn is one message of the user, or everything the model said and did about it.
export type Part = { kind: "text"; text: string } | { kind: "reasoning"; text: string } | { kind: "calls"; calls: ToolCall[] };
export interface Turn {
  key: string;
  who: "you" | "assistant";
  parts: Part[];
  files?: readonly Attachment[] | undefined;
  run_id: string | null;
  at: string | null;
  live: boolean;
  model?: string | undefined;
  status?: RunStatus | undefined;
  error?: string | null | undefined;
  usage?: Usage | undefined;
  stop_reason?: StopReason | undefined;
  /// Of earlier messages, made before this answer.
  summary?: Summary | undefined;
  /// Of a message: how many versions there are, this one too.
  versions?: number | undefined;
  /// Earlier messages are being summarised before it.
  summarising?: boolean;
  /// Why a live turn has not begun yet.
  why_waiting?: string | null | undefined;
}

/// The text of a message, also where an older database holds it as blocks.
export function text_of(content: Content): string {
  if (typeof content === "string") return content;
  return (content ?? []).filter((b) => b.type === "text").map((b) => b.text ?? "").join("\n\n");
}

/// All text of a turn, as the `done` event has it.
export const turn_text = (turn: Turn) => turn.parts.map((p) => (p.kind === "text" ? p.text : "")).join("");

export function append_text(turn: Turn, text: string, kind: "text" | "reasoning" = "text"): void {
  const last = turn.parts.at(-1);
  if (last?.kind === kind) last.text += text;
  else if (kind === "text" || text.trim() !== "") turn.parts.push({ kind, text });
}

/// Adds a tool call, or puts what is newly known into the one that is there.
export function put_call(turn: Turn, call: ToolCall): void {
  for (const part of turn.parts) {
    if (part.kind !== "calls") continue;
    const at = part.calls.findIndex((c) => c.call_id === call.call_id);
    if (at >= 0) {
      part.calls[at] = { ...part.calls[at]!, ...call };
      return;
    }
  }
  const last = turn.parts.at(-1);
  if (last?.kind === "calls") last.calls.push(call);
  else turn.parts.push({ kind: "calls", calls: [call] });
}

/// A copy that a component sees as new.
export const snapshot = (turn: Turn): Turn =>
  ({ ...turn, parts: turn.parts.map((p) => (p.kind === "calls" ? { ...p, calls: [...p.calls] } : { ...p })) });

/// Stored messages as turns. What belongs to the running turn is left out: its events tell it.
export function fold(messages: readonly Message[], running: string | null): Turn[] {
  const turns: Turn[] = [];
  messages.forEach((m, i) => {
    const text = text_of(m.content);
    if (m.role === "user") {
      const files = m.attachments ?? [];
      if (text || files.length > 0) turns.push({ key: `m${i}`, who: "you", parts: [{ kind: "text", text }], files, run_id: m.run_id ?? null, at: m.at ?? null, live: false, versions: m.versions ?? undefined });
      return;
    }
    if (m.role !== "assistant" || (running !== null && m.run_id === running)) return;
    let turn = turns.at(-1);
    if (turn?.who !== "assistant") {
      turn = { key: `m${i}`, who: "assistant", parts: [], run_id: m.run_id ?? null, at: m.at ?? null, live: false };
      turns.push(turn);
    }
    if (m.reasoning) append_text(turn, m.reasoning, "reasoning");
    for (const call of m.tool_calls ?? []) put_call(turn, call); // a stored turn does not tell what came between them
    if (text) append_text(turn, text);
    turn.model = m.model ?? turn.model;
    turn.status = m.status ?? turn.status;
    turn.error = m.error ?? turn.error;
    turn.usage = m.usage ?? turn.usage;
    turn.stop_reason = m.stop_reason ?? turn.stop_reason;
    turn.summary = m.summary ?? turn.summary;
  });
  return turns;
}
