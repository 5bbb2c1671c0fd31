import { useId } from "preact/hooks";
import type { AllowedTools, Tool } from "../../api";
import { Icon } from "../../components/icon";
import { Loaded } from "../../components/loaded";
import type { Resource } from "../../lib/resource";

interface Props { tools: Resource<Tool[]>; value: AllowedTools; error: string | undefined; on_change: (value: AllowedTools) => void }

/// Which tools an agent may call: none, all, or those that are ticked. What it names it may use without being asked.
export function ToolChoice({ tools, value, error, on_change }: Props) {
  const id = useId();
  const mode = Array.isArray(value) ? "named" : value;
  const named = Array.isArray(value) ? value : [];
  const toggle = (name: string, on: boolean) => on_change(on ? [...named, name] : named.filter((n) => n !== name));
  const choose = (m: string) => on_change(m === "named" ? named : (m as "all" | "none"));
  const unknown = named.filter((n) => tools.data && !tools.data.some((t) => t.name === n));
  return (
    <fieldset class="stack gap-4" aria-describedby={error ? `${id}-e` : undefined}>
      <legend class="legend-label">Tools</legend>
      <label class="check"><input type="radio" name={id} checked={mode === "none"} onChange={() => choose("none")} />None: it only answers</label>
      <label class="check"><input type="radio" name={id} checked={mode === "named"} onChange={() => choose("named")} />Those named here, without asking</label>
      {mode === "named" && (
        <Loaded of={tools} what="the tools">
          {(all) => (
            <ul class="tool-list">
              {all.filter((t) => t.name !== "agents").map((t) => ( // that one has a switch of its own
                <li key={t.name}>
                  <label class="check"><input type="checkbox" checked={named.includes(t.name)} onChange={(e) => toggle(t.name, e.currentTarget.checked)} /><span class="mono">{t.name}</span><span class="badge">{t.risk}</span>{t.needs_confirmation && <span class="badge badge--warn">asks in chats</span>}</label>
                  <p class="dim">{t.description}</p>
                </li>
              ))}
              {unknown.map((n) => <li key={n}><label class="check"><input type="checkbox" checked onChange={() => toggle(n, false)} /><span class="mono">{n}</span><span class="badge badge--hatch">not there now</span></label></li>)}
            </ul>
          )}
        </Loaded>
      )}
      <label class="check"><input type="radio" name={id} checked={mode === "all"} onChange={() => choose("all")} />All that you may use, but on its own none that would have to ask</label>
      {error && <p class="err is-bad" id={`${id}-e`}><Icon name="x" small />{error}</p>}
    </fieldset>
  );
}
