import { useRef, useState } from "preact/hooks";
import { api, type AgentBody } from "../../api";
import { Button } from "../../components/button";
import { Page, Scroll } from "../../components/page";
import { useResource } from "../../lib/resource";
import { navigate } from "../../lib/router";
import { lose_changes } from "../../lib/unsaved";
import { AgentForm } from "./agent_form";
import { body_of_template, missing_of, templates } from "./templates";
import { most_bytes, read_file, what_it_brings } from "./transfer";

const crumbs = <><a href="/agents">Agents</a><span aria-hidden="true">/</span></>;

interface Start { key: string; body: Partial<AgentBody>; title: string; notes: string[] }

/// An agent that is being made: from nothing, from a template, or from a file.
export function NewAgentPage() {
  const tools = useResource("tools", (s) => api.tools(s));
  const models = useResource("models", (s) => api.models(s));
  const [start, set_start] = useState<Start>({ key: "", body: {}, title: "", notes: [] });
  const [errors, set_errors] = useState<string[]>([]);
  const box = useRef<HTMLInputElement>(null);
  const choose = (key: string) => {
    const template = templates.find((t) => t.key === key);
    set_errors([]);
    set_start(template ? { key, body: body_of_template(template, tools.data ?? []), title: template.what, notes: missing_of(template, tools.data ?? []) } : { key: "", body: {}, title: "", notes: [] });
  };
  const take = async (file: File) => {
    if (file.size > most_bytes) return set_errors([`“${file.name}” is larger than 1 MiB, which no agent is.`]);
    const found = read_file(await file.text());
    set_errors(found.errors);
    if (found.errors.length === 0) lose_changes(() => set_start({ key: `file ${file.name} ${file.lastModified}`, body: found.body, title: `From the file ${file.name}. It is off until you switch it on.`, notes: what_it_brings(found.body, tools.data ?? [], models.data ?? []) }));
  };
  return (
    <Page title="New agent" crumbs={crumbs} actions={<Button small icon="in" onClick={() => box.current?.click()}>Import…</Button>}>
      <Scroll label="New agent">
        <div class="form-page">
          <input ref={box} class="vh" type="file" accept=".json,application/json" aria-label="File of an agent" tabIndex={-1} onChange={(e) => { const file = e.currentTarget.files?.[0]; e.currentTarget.value = ""; if (file) void take(file); }} />
          {errors.length > 0 && <div class="notice notice--bad" role="alert"><div><p><b>Nothing was imported.</b></p><ul>{errors.slice(0, 20).map((e) => <li key={e}>{e}</li>)}</ul></div></div>}
          <fieldset class="start-from">
            <legend class="legend-label">Start from</legend>
            <div class="templates">
              <button type="button" class="template" aria-pressed={start.key === ""} onClick={() => lose_changes(() => choose(""))}><b>Nothing</b><span class="dim">An empty form.</span></button>
              {tools.data && templates.map((t) => <button key={t.key} type="button" class="template" aria-pressed={start.key === t.key} onClick={() => lose_changes(() => choose(t.key))}><b>{t.name}</b><span class="dim">{t.what}</span></button>)}
            </div>
          </fieldset>
          {start.title && <div class="notice" role="status"><div><p><b>{start.title}</b></p>{start.notes.length > 0 && <ul>{start.notes.map((n) => <li key={n}>{n}</li>)}</ul>}</div></div>}
          <AgentForm key={start.key} agent={null} start={start.body} on_leave={() => navigate("/agents", "push", "now")} on_save={async (b) => { const made = await api.create_agent(b); navigate(`/agents/${made.id}`, "push", "now"); }} />
        </div>
      </Scroll>
    </Page>
  );
}
