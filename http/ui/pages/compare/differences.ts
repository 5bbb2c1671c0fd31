import type { Step } from "../../api";
import { arguments_of, text_of_step } from "../run/step_words";

export interface Difference { any: boolean; words: string }

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/// The calls that an answer asks for, without the ids that differ from run to run.
const calls_of = (step: Step) => {
  const calls = (step.output as { tool_calls?: { name?: unknown; arguments?: unknown }[] } | null)?.tool_calls ?? [];
  return calls.map((c) => [c.name, c.arguments]);
};

/// In what two steps at the same place differ; times, tokens and costs do not count.
export function differences(a: Step | undefined, b: Step | undefined): Difference {
  if (!a || !b) return { any: true, words: "only here" };
  const words: string[] = [];
  if (a.kind !== b.kind) return { any: true, words: "another kind of step" };
  if (a.name !== b.name) words.push(a.kind === "model" ? "model" : "tool");
  if (a.kind === "model") {
    if (text_of_step(a) !== text_of_step(b)) words.push("text");
    if (!same(calls_of(a), calls_of(b))) words.push("calls");
  } else {
    if (!same(arguments_of(a), arguments_of(b))) words.push("arguments");
    if (a.state !== b.state || !same(a.output, b.output)) words.push("result");
  }
  return { any: words.length > 0, words: `other ${words.join(", ")}` };
}
