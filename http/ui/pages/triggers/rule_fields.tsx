import { useEffect, useState } from "preact/hooks";
import { api, ApiError, type Previewed, type Webhook } from "../../api";
import { Field } from "../../components/field";
import { Time } from "../../components/time";
import { plural } from "../../lib/format";
import { useLater } from "../../lib/later";

export interface Rules { filter: string; prompt_template: string; rate_per_minute: string }

export const rules_of = (hook: Webhook | null): Rules => ({ filter: hook?.filter ?? "", prompt_template: hook?.prompt_template ?? "", rate_per_minute: hook?.rate_per_minute ? String(hook.rate_per_minute) : "" });
/// What of it is sent.
export const rules_body = (r: Rules) => ({ filter: r.filter.trim() || null, prompt_template: r.prompt_template.trim() || null, rate_per_minute: r.rate_per_minute.trim() === "" ? 0 : Number(r.rate_per_minute) });

function Shown({ p }: { p: Previewed }) {
  return (
    <li>
      <p><Time at={p.received_at} /> {p.counts ? <b>starts a run</b> : <span class="is-warn">is ignored</span>}</p>
      {p.counts && <pre class="quoted" tabIndex={0}>{p.message && <>{p.message}{"\n\n"}</>}{p.input}</pre>}
    </li>
  );
}

/// What the newest deliveries would do by these rules; follows the typing.
function Preview({ hook, value, on_fault }: { hook: Webhook; value: Rules; on_fault: (fields: ApiError["fields"]) => void }) {
  const { filter, prompt_template } = useLater(value, 400);
  const [all, set_all] = useState<Previewed[] | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    api.preview_webhook(hook.id, { filter: filter.trim() || null, prompt_template: prompt_template.trim() || null }, stop.signal)
      .then((found) => { set_all(found); on_fault({}); })
      .catch((e: unknown) => { if (!stop.signal.aborted && e instanceof ApiError) on_fault(e.fields); });
    return () => stop.abort();
  }, [hook.id, filter, prompt_template]);
  if (all === null || all.length === 0) return <p class="faint">{all === null ? "Looking at the newest deliveries…" : "Nothing has come yet that it could be tried on."}</p>;
  const taken = all.filter((p) => p.counts).length;
  return (
    <details class="preview">
      <summary aria-live="polite">Of the newest {plural(all.length, "delivery", "deliveries")}, {taken} would start a run</summary>
      <ul class="plain-list stack gap-5">{all.map((p) => <Shown key={p.event_id} p={p} />)}</ul>
    </details>
  );
}

/// Which deliveries of a webhook count, what the run is told, and how many may come.
export function RuleFields({ hook, value, error, on_change }: { hook: Webhook | null; value: Rules; error: ApiError["fields"] | undefined; on_change: (r: Rules) => void }) {
  const [fault, set_fault] = useState<ApiError["fields"]>({});
  const set = (part: Partial<Rules>) => on_change({ ...value, ...part });
  return (
    <>
      <Field label="Only when" help="Empty: every delivery counts. Fields begin with body, headers or query; and, or, not, contains and brackets work too." error={fault["filter"] ?? error?.["filter"]}>
        {(ids) => <input class="input mono" {...ids} placeholder={'body.action == "opened"'} spellcheck={false} autocomplete="off" value={value.filter} onInput={(e) => set({ filter: e.currentTarget.value })} />}
      </Field>
      <Field label="What the run is told" help="Empty: the agent’s prompt and the whole delivery. The agent gets what the fields say as data from outside, apart from your words." error={fault["prompt_template"] ?? error?.["prompt_template"]}>
        {(ids) => <textarea class="textarea" {...ids} rows={3} placeholder="A pull request was opened: {{body.pull_request.title}}. Say what it changes." value={value.prompt_template} onInput={(e) => set({ prompt_template: e.currentTarget.value })} />}
      </Field>
      {hook && <Preview hook={hook} value={value} on_fault={set_fault} />}
      <Field label="Deliveries a minute" help="Empty: no limit. What is over it is answered 429, and the sender comes again." error={error?.["rate_per_minute"]}>
        {(ids) => <input class="input" {...ids} type="number" min={1} max={60000} inputMode="numeric" value={value.rate_per_minute} onInput={(e) => set({ rate_per_minute: e.currentTarget.value })} />}
      </Field>
    </>
  );
}
