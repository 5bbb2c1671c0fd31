import type { Step } from "../../api";
import { in_short } from "../chat/call_view";

const numbers = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

interface ModelOutput { text?: unknown; content?: unknown; tool_calls?: unknown; stop_reason?: unknown }

/// What the model said in a step, whichever way it is stored.
export function text_of_step(step: Step): string {
  if (typeof step.output === "string") return step.output;
  const out = step.output as ModelOutput | null;
  if (typeof out?.text === "string") return out.text;
  return typeof out?.content === "string" ? out.content : "";
}

interface ToolInput { arguments?: unknown; risk?: unknown }

/// The arguments of a tool call, and the risk class it was given.
export const arguments_of = (step: Step): unknown => ((step.input as ToolInput | null)?.arguments !== undefined ? (step.input as ToolInput).arguments : step.input);
export const risk_of = (step: Step): string | null => { const risk = (step.input as ToolInput | null)?.risk; return step.kind === "tool" && typeof risk === "string" ? risk : null; };

/// Whether it was copied from the run that this one is a fork of.
export const is_copied = (step: Step): boolean => (step.input as { copied?: unknown } | null)?.copied === true;

/// A step in a few words, behind its name.
export function step_words(step: Step): string {
  if (step.kind === "tool") return in_short(arguments_of(step));
  if (step.state === "begun") return text_of_step(step) ? "writing now" : "waiting for the first word";
  const calls = (step.output as ModelOutput | null)?.tool_calls;
  const count = Array.isArray(calls) ? calls.length : 0;
  if (count > 0) return `calls ${numbers[count] ?? count} ${count === 1 ? "tool" : "tools"}`;
  return text_of_step(step).replace(/\s+/g, " ").trim();
}

export const step_name = (step: Step) => (step.kind === "model" ? "Answer" : (step.name ?? "tool"));
