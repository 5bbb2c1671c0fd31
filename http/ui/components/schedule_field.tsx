import { useEffect, useState } from "preact/hooks";
import { api } from "../api";
import { time_in } from "../lib/format";
import { useResource } from "../lib/resource";
import { Field } from "./field";

const common = [
  ["", "Never by the clock"], ["0 7 * * *", "Every day at 07:00"], ["0 7 * * MON-FRI", "Monday to Friday at 07:00"],
  ["@hourly", "Every hour"], ["*/15 * * * *", "Every 15 minutes"], ["0 9 * * MON", "Mondays at 09:00"], ["0 9 1 * *", "The first of the month"],
] as const;
const rest = 250; // ms without a letter before the server is asked

/// When something runs by itself, as cron, with what that means and its next times. `zone`: whose clocks count; empty: one's own.
export function ScheduleField({ value, zone, error, on_change }: { value: string | null; zone: string; error?: string | undefined; on_change: (v: string | null) => void }) {
  const text = value ?? "";
  const [asked, set_asked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => set_asked(text), rest);
    return () => clearTimeout(timer);
  }, [text]);
  const preview = useResource(asked.trim() === "" ? null : `schedule ${zone} ${asked}`, (s) => api.schedule(asked, zone, s));
  const known = common.some(([v]) => v === text);
  const settled = asked === text && text.trim() !== "";
  const fault = settled ? preview.error?.fields["expression"] ?? preview.error?.message : undefined;
  return (
    <div class="stack gap-4">
      <div class="two">
        <Field label="Runs by the clock">
          {(ids) => (
            <select class="select" {...ids} value={known ? text : "own"} onChange={(e) => { if (e.currentTarget.value !== "own") on_change(e.currentTarget.value || null); }}>
              {common.map(([v, name]) => <option key={v} value={v}>{name}</option>)}
              <option value="own">As written beside this</option>
            </select>
          )}
        </Field>
        <Field label="Schedule" error={error ?? fault} help="Cron: minute, hour, day of month, month, weekday. Also @daily, L for the last day, 5#3 for the third Friday.">
          {(ids) => <input class="input mono" {...ids} spellcheck={false} autocomplete="off" value={text} onInput={(e) => on_change(e.currentTarget.value || null)} />}
        </Field>
      </div>
      {settled && preview.data && !preview.error && (
        <div class="schedule-next">
          <p role="status">Runs <b>{preview.data.description}</b> <span class="faint">({preview.data.time_zone})</span></p>
          <ol aria-label="Next times">{preview.data.next.map((at) => <li key={at}>{time_in(at, preview.data!.time_zone)}</li>)}</ol>
        </div>
      )}
    </div>
  );
}
