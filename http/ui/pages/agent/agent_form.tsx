import { useEffect, useState } from "preact/hooks";
import type { Agent, AgentBody, Model, PromptMode } from "../../api";
import { api } from "../../api";
import { Button } from "../../components/button";
import { Field } from "../../components/field";
import { ScheduleField } from "../../components/schedule_field";
import { FormError } from "../../components/notice";
import { UsdField } from "../../components/usd_field";
import { useAct } from "../../lib/act";
import { useFocus } from "../../lib/focus";
import { money } from "../../lib/format";
import { useSaveKey } from "../../lib/keys";
import { useResource } from "../../lib/resource";
import { useUnsaved } from "../../lib/unsaved";
import { Abilities } from "./abilities";
import { ScheduleRules } from "./schedule_rules";
import { ToolChoice } from "./tool_choice";

export const blank: AgentBody = {
  name: "", prompt: "", model: "", description: null, allowed_tools: "none", can_create_subagents: false,
  schedule: null, enabled: true, max_tool_calls: null, prompt_mode: "combined",
  fallback_model: null, max_concurrent_runs: null, budget_day_usd: null, budget_month_usd: null,
  missed_runs: "skip", missed_runs_max: 5, schedule_jitter_s: 0, allow_overlap: false,
};
const fields = Object.keys(blank) as (keyof AgentBody)[];
const body_of = (agent: AgentBody): AgentBody => Object.fromEntries(fields.map((k) => [k, agent[k]])) as unknown as AgentBody;
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

const modes: readonly (readonly [PromptMode, string, string])[] = [
  ["combined", "Combined", "Its prompt stands before the server’s own prompt."],
  ["system_only", "As the task", "The server’s prompt rules; the agent’s prompt is sent as the task."],
  ["agent_only", "Alone", "Its prompt replaces the server’s. The security rules hold all the same."],
];

interface Props {
  agent: Agent | null;
  /// What a new one begins with.
  start?: Partial<AgentBody>;
  on_save: (changes: Partial<AgentBody>) => Promise<unknown>;
  on_leave?: () => void;
}

/// Everything that defines an agent. Sends only what was changed; what the server refuses stands beside its field.
export function AgentForm({ agent, start, on_save, on_leave }: Props) {
  const act = useAct();
  const name_box = useFocus<HTMLInputElement>();
  const models = useResource("models", (s) => api.models(s));
  const tools = useResource("tools", (s) => api.tools(s));
  const before = agent ? body_of(agent) : { ...blank, ...start };
  const [form, set_form] = useState<AgentBody>(before);
  const set = <K extends keyof AgentBody>(key: K, value: AgentBody[K]) => set_form((f) => ({ ...f, [key]: value }));
  useEffect(() => { if (agent) set_form(body_of(agent)); }, [agent?.updated_at]);
  useEffect(() => {
    const first = models.data?.find((m) => m.default) ?? models.data?.[0];
    if (!agent && first) set_form((f) => (f.model ? f : { ...f, model: first.id }));
  }, [models.data]);

  const changed = fields.filter((k) => !same(form[k], before[k]));
  useUnsaved(changed.some((k) => agent !== null || k !== "model") && !act.busy); // the model of a new one was not typed
  const error = (key: keyof AgentBody) => act.error?.fields[key];
  const save = () => void act.run(() => on_save(agent ? Object.fromEntries(changed.map((k) => [k, form[k]])) : tidy(form)));
  useSaveKey(() => { if (changed.length > 0 && !act.busy) save(); });

  return (
    <form class="agent-form stack gap-6" noValidate onSubmit={(e) => { e.preventDefault(); save(); }}>
      <div class="two">
        <Field label="Name" error={error("name")}>{(ids) => <input class="input" {...ids} ref={agent ? undefined : name_box} required value={form.name} onInput={(e) => set("name", e.currentTarget.value)} />}</Field>
        <Field label={<>Description <span class="faint">if you like</span></>} error={error("description")}>{(ids) => <input class="input" {...ids} value={form.description ?? ""} onInput={(e) => set("description", e.currentTarget.value || null)} />}</Field>
      </div>
      <Field label="Prompt" error={error("prompt")} help="What it is, what it does, and how it tells that it is done.">
        {(ids) => <textarea class="textarea" {...ids} rows={10} required spellcheck={false} value={form.prompt} onInput={(e) => set("prompt", e.currentTarget.value)} />}
      </Field>
      <div class="two">
        <Field label="Model" error={error("model")}>{(ids) => <ModelSelect ids={ids} models={models.data} value={form.model} on_change={(m) => set("model", m)} />}</Field>
        <Field label="Prompt mode" error={error("prompt_mode")} help={modes.find(([m]) => m === form.prompt_mode)?.[2]}>
          {(ids) => <select class="select" {...ids} value={form.prompt_mode} onChange={(e) => set("prompt_mode", e.currentTarget.value as PromptMode)}>{modes.map(([mode, name]) => <option key={mode} value={mode}>{name}</option>)}</select>}
        </Field>
      </div>
      <div class="two">
        <Field label={<>Fallback model <span class="faint">if you like</span></>} error={error("fallback_model")} help="Takes over when the model fails and stays failing. Without one: the server’s.">
          {(ids) => <ModelSelect ids={ids} models={models.data} value={form.fallback_model ?? ""} none="The server’s" on_change={(m) => set("fallback_model", m || null)} />}
        </Field>
      </div>
      <ToolChoice tools={tools} value={form.allowed_tools} error={error("allowed_tools")} on_change={(v) => set("allowed_tools", v)} />
      <Abilities agent_id={agent?.id ?? null} tools={form.allowed_tools} subagents={form.can_create_subagents} />
      <div class="two">
        <Field label={<>Tool calls in one run <span class="faint">if you like</span></>} error={error("max_tool_calls")} help="Empty: the server’s limit.">
          {(ids) => <input class="input" {...ids} inputMode="numeric" value={form.max_tool_calls ?? ""} onInput={(e) => set("max_tool_calls", number_of(e.currentTarget.value))} />}
        </Field>
        <Field label={<>Runs at the same time <span class="faint">if you like</span></>} error={error("max_concurrent_runs")} help="Further ones wait in the queue. Empty: as many as the server has places.">
          {(ids) => <input class="input" {...ids} inputMode="numeric" value={form.max_concurrent_runs ?? ""} onInput={(e) => set("max_concurrent_runs", number_of(e.currentTarget.value))} />}
        </Field>
      </div>
      <div class="two">
        <UsdField label={<>Budget for a day, USD <span class="faint">if you like</span></>} value={form.budget_day_usd} error={error("budget_day_usd")} help={spent_words("today", agent?.spent?.day_usd)} on_change={(usd) => set("budget_day_usd", usd)} />
        <UsdField label={<>Budget for a month, USD <span class="faint">if you like</span></>} value={form.budget_month_usd} error={error("budget_month_usd")} help={spent_words("this month", agent?.spent?.month_usd)} on_change={(usd) => set("budget_month_usd", usd)} />
      </div>
      <ScheduleField value={form.schedule} zone={agent?.time_zone ?? ""} error={error("schedule")} on_change={(v) => set("schedule", v)} />
      {form.schedule && <ScheduleRules form={form} error={error} set={set} />}
      <div class="stack gap-4">
        <label class="check"><input class="switch" type="checkbox" role="switch" checked={form.enabled} onChange={(e) => set("enabled", e.currentTarget.checked)} />On: triggers and its schedule may start it</label>
        <label class="check"><input class="switch" type="checkbox" role="switch" checked={form.can_create_subagents} onChange={(e) => set("can_create_subagents", e.currentTarget.checked)} />May make sub-agents, with no more rights than it has itself</label>
      </div>
      <FormError error={act.error} />
      {(!agent || changed.length > 0) && (
        <div class="savebar" role="region" aria-label="Unsaved changes">
          <p>{agent ? <b>{changed.length === 1 ? "One change is not saved." : `${changed.length} changes are not saved.`}</b> : <span class="faint not-phone">A run keeps a copy of this: later changes do not touch runs that have begun.</span>}</p>
          <Button kind="quiet" onClick={() => { act.clear(); if (on_leave) on_leave(); else set_form(before); }}>Discard</Button>
          <Button kind="primary" type="submit" server busy={act.busy} keys="Ctrl S">{agent ? "Save" : "Make the agent"}</Button>
        </div>
      )}
    </form>
  );
}

/// A number, or what was typed when it is none, so that the server can say what is wrong with it.
function number_of(text: string): number | null {
  if (text.trim() === "") return null;
  const n = Number(text);
  return Number.isFinite(n) ? n : (text as unknown as number);
}

/// What stands below a budget: what counts against it.
const spent_words = (when: string, usd: number | undefined) => `${usd === undefined ? "" : `Spent ${when}: ${money(usd, usd >= 1 ? 2 : 4)}. `}With its sub-agents. Empty: no limit.`;

/// Leaves out what was not given.
const tidy = (form: AgentBody): Partial<AgentBody> => Object.fromEntries(Object.entries(form).filter(([, v]) => v !== null));

/// `none`: what it says where no model is chosen; without it one has to be.
function ModelSelect({ ids, models, value, none, on_change }: { ids: object; models: Model[] | undefined; value: string; none?: string; on_change: (id: string) => void }) {
  const known = (none !== undefined && value === "") || models?.some((m) => m.id === value);
  return (
    <select class="select" {...ids} value={value} onChange={(e) => on_change(e.currentTarget.value)}>
      {none !== undefined && <option value="">{none}</option>}
      {!known && <option value={value}>{value || "…"}</option>}
      {models?.map((m) => <option key={m.id} value={m.id}>{m.id}</option>)}
    </select>
  );
}
