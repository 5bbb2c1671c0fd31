import type { Step } from "../../api";

export interface Child { run_id: string; agent: string }

/// The runs that a step waits for, or waited for.
export function children_of(step: Step): Child[] {
  const list = (step.input as { children?: unknown } | null)?.children;
  return Array.isArray(list) ? (list as Child[]) : [];
}

/// Those runs, each to be opened.
export function ChildLinks({ children }: { children: readonly Child[] }) {
  return <ul class="plain-list">{children.map((c) => <li key={c.run_id}><a href={`/runs/${c.run_id}`}>{c.agent || "Sub-agent"}</a></li>)}</ul>;
}
