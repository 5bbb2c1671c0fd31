import type { AgentBody, MissedRuns } from "../../api";
import { Field } from "../../components/field";

const missed: readonly (readonly [MissedRuns, string])[] = [
  ["skip", "Leave them out, with a note"], ["once", "Run once for all of them"], ["all", "Run for each of them"],
];

interface Props {
  form: AgentBody;
  error: (key: keyof AgentBody) => string | undefined;
  set: <K extends keyof AgentBody>(key: K, value: AgentBody[K]) => void;
}

/// What a schedule does when things do not go as planned.
export function ScheduleRules({ form, error, set }: Props) {
  const number = (text: string) => (/^\d+$/.test(text.trim()) ? Number(text) : (text as unknown as number));
  return (
    <fieldset class="stack gap-4">
      <legend class="legend-label">Times that don’t work out</legend>
      <div class="two">
        <Field label="Missed while the server was off" error={error("missed_runs")}>
          {(ids) => <select class="select" {...ids} value={form.missed_runs} onChange={(e) => set("missed_runs", e.currentTarget.value as MissedRuns)}>{missed.map(([v, name]) => <option key={v} value={v}>{name}</option>)}</select>}
        </Field>
        {form.missed_runs === "all"
          ? <Field label="At most so many" help="The newest ones; the others become a note." error={error("missed_runs_max")}>{(ids) => <input class="input" {...ids} inputMode="numeric" value={form.missed_runs_max} onInput={(e) => set("missed_runs_max", number(e.currentTarget.value))} />}</Field>
          : <Field label="Delay of up to (seconds)" help="So that not all begin in the same second." error={error("schedule_jitter_s")}>{(ids) => <input class="input" {...ids} inputMode="numeric" value={form.schedule_jitter_s} onInput={(e) => set("schedule_jitter_s", number(e.currentTarget.value))} />}</Field>}
      </div>
      {form.missed_runs === "all" && (
        <div class="two"><Field label="Delay of up to (seconds)" help="So that not all begin in the same second." error={error("schedule_jitter_s")}>{(ids) => <input class="input" {...ids} inputMode="numeric" value={form.schedule_jitter_s} onInput={(e) => set("schedule_jitter_s", number(e.currentTarget.value))} />}</Field></div>
      )}
      <label class="check"><input class="switch" type="checkbox" role="switch" checked={form.allow_overlap} onChange={(e) => set("allow_overlap", e.currentTarget.checked)} />May begin while an earlier run goes on</label>
    </fieldset>
  );
}
