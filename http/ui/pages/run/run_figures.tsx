import type { Run, Step } from "../../api";
import { is_active } from "../../components/run_state";
import { duration, money, ms_between, plural, tokens } from "../../lib/format";

/// A number with its unit set small behind it.
function Value({ text }: { text: string }) {
  const [, value, unit] = /^(\S+)\s*(.*)$/.exec(text) ?? ["", text, ""];
  return <>{value}{unit && <span class="unit">{unit}</span>}</>;
}

/// Time, cost, tokens and tool calls of a run.
export function RunFigures({ run, steps, now }: { run: Run; steps: readonly Step[]; now: number }) {
  const end = run.ended_at ?? now;
  const waited = ms_between(run.queued_at, run.started_at ?? end);
  const calls = steps.filter((s) => s.kind === "tool");
  const unknown = calls.filter((s) => s.state === "unknown").length;
  const sum = (of: (s: Step) => number | null) => steps.reduce((all, s) => all + (of(s) ?? 0), 0);
  const live = is_active(run.status);
  const nothing_yet = live && !steps.some((s) => s.kind === "model" && s.state === "done");
  const into = live ? sum((s) => s.input_tokens) : (run.input_tokens ?? sum((s) => s.input_tokens));
  const out = live ? sum((s) => s.output_tokens) : (run.output_tokens ?? sum((s) => s.output_tokens));
  const unpriced = steps.some((s) => s.kind === "model" && s.state === "done" && s.cost_usd === null);
  const cost = live ? (unpriced ? null : sum((s) => s.cost_usd)) : run.cost_usd;
  return (
    <dl class="figures">
      <div class="figure"><dt>Time</dt><dd>{run.started_at ? <Value text={duration(ms_between(run.started_at, end))} /> : "–"}</dd><dd class="sm">{run.started_at ? `${duration(waited)} waiting for a place` : `waiting for ${duration(waited)}`}</dd></div>
      <div class="figure"><dt>Cost</dt><dd>{nothing_yet ? "–" : cost === null ? "unknown" : money(cost, cost === 0 ? 2 : 4)}</dd><dd class="sm">{nothing_yet ? "no answer yet" : cost === null ? "the price of a model is not known" : cost === 0 ? "the model is free" : live ? "so far" : "all calls of models"}</dd></div>
      <div class="figure"><dt>Tokens</dt><dd>{nothing_yet ? "–" : <Value text={tokens(into + out)} />}</dd><dd class="sm">{nothing_yet ? "no answer yet" : `${tokens(into)} in, ${tokens(out)} out`}</dd></div>
      <div class="figure"><dt>Tool calls</dt><dd>{calls.length}</dd><dd class="sm">{unknown > 0 ? `${plural(unknown, "outcome")} unknown` : plural(steps.filter((s) => s.kind === "model").length, "answer")}</dd></div>
    </dl>
  );
}
