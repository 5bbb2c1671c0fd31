import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Agent, Model } from "../../api";
import { Icon } from "../../components/icon";
import { Loaded } from "../../components/loaded";
import { badges_of, by_provider, context_of, matches, prices_of, provider_name } from "../../lib/models";
import type { Resource } from "../../lib/resource";

interface Props {
  models: Resource<Model[]>; chosen: string | undefined; on_choose: (id: string) => void; on_close: () => void;
  /// Agents to talk with in place of a bare model; only where a chat begins.
  agents: readonly Agent[]; agent: Agent | undefined; on_agent: (agent: Agent | null) => void;
}

const most = 150; // rows; whoever sees more types another letter

/// What is listed: those that match, by provider, the chosen one among them.
function rows_of(models: readonly Model[], find: string, chosen: string | undefined): { rows: Model[]; left_out: number } {
  const found = by_provider(models.filter((m) => matches(m, find))).flatMap(([, group]) => group);
  if (found.length <= most) return { rows: found, left_out: 0 };
  const mine = found.findIndex((m) => m.id === chosen);
  const rows = mine < most ? found.slice(0, most) : [found[mine]!, ...found.slice(0, most - 1)];
  return { rows: by_provider(rows).flatMap(([, group]) => group), left_out: found.length - rows.length };
}

const named = (a: Agent, find: string) => find.toLowerCase().split(/\s+/).every((word) => `${a.name} ${a.description ?? ""} agent`.toLowerCase().includes(word));

/// The menu of models, by provider, below the agents. Typing filters, arrows move, Enter takes, Escape leaves.
export function ModelPicker({ models, chosen, on_choose, on_close, agents, agent, on_agent }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const [find, set_find] = useState("");
  const { rows, left_out } = rows_of(models.data ?? [], find, chosen);
  const people: (Agent | null)[] = agents.filter((a) => named(a, find));
  if (agent && find === "") people.unshift(null); // back to no agent
  const size = people.length + rows.length;
  const [at, set_at] = useState(Math.max(0, agent ? people.findIndex((a) => a?.id === agent.id) : people.length + rows.findIndex((m) => m.id === chosen)));
  const here = Math.min(at, Math.max(0, size - 1));
  const take = (i: number) => { if (i < people.length) on_agent(people[i]!); else if (rows[i - people.length]) on_choose(rows[i - people.length]!.id); };
  useEffect(() => {
    const before = document.activeElement;
    box.current?.querySelector("input")?.focus();
    const on_down = (e: PointerEvent) => { if (e.target instanceof Element && !box.current?.contains(e.target) && !e.target.closest("[data-picker]")) on_close(); };
    addEventListener("pointerdown", on_down);
    return () => { removeEventListener("pointerdown", on_down); if (before instanceof HTMLElement && before.isConnected) before.focus(); };
  }, []);
  useEffect(() => { box.current?.querySelector("[data-here]")?.scrollIntoView({ block: "nearest" }); }, [here]);
  const on_key = (e: KeyboardEvent) => {
    if (e.key === "ArrowDown") set_at(Math.min(size - 1, here + 1));
    else if (e.key === "ArrowUp") set_at(Math.max(0, here - 1));
    else if (e.key === "Enter") take(here);
    else if (e.key === "Escape") on_close();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const option = (m: Model) => {
    const i = people.length + rows.indexOf(m);
    return (
      <div key={m.id} id={`${id}-${i}`} role="option" aria-selected={m.id === chosen} data-here={i === here ? "" : undefined} class={i === here ? "here" : ""} title={m.id} onClick={() => on_choose(m.id)}>
        {m.id === chosen ? <Icon name="check" /> : <span />}
        <span class="clip">{m.name}{m.default && <span class="faint"> default</span>}</span>
        <span class="badges">{badges_of(m).map((b) => <span key={b} class="badge">{b}</span>)}</span>
        <span class="num faint">{context_of(m)}</span><span class="num faint">{prices_of(m)}</span>
      </div>
    );
  };
  const person = (a: Agent | null, i: number) => (
    <div key={a?.id ?? "none"} id={`${id}-${i}`} role="option" aria-selected={a !== null && a.id === agent?.id} data-here={i === here ? "" : undefined} class={i === here ? "here" : ""} onClick={() => on_agent(a)}>
      {a !== null && a.id === agent?.id ? <Icon name="check" /> : <Icon name={a ? "agents" : "x"} />}
      <span class="clip">{a ? a.name : "No agent"}{a && <span class="faint"> {a.model}</span>}</span>
      <span class="badges" /><span /><span />
    </div>
  );
  return (
    <div class="menu picker" ref={box} onKeyDown={on_key}>
      <label class="with-icon">
        <span class="vh">Find a model</span><Icon name="search" />
        <input class="input" placeholder={agents.length > 0 ? "Find a model or an agent" : "Find a model by name, provider or badge"} role="combobox" aria-expanded="true" aria-controls={id} aria-activedescendant={size > 0 ? `${id}-${here}` : undefined} value={find} onInput={(e) => { set_find(e.currentTarget.value); set_at(0); }} />
      </label>
      <Loaded of={models} what="the models">
        {() => (size === 0 ? <p class="cap" role="status">No model is called “{find}”.</p> : (
          <div role="listbox" id={id} aria-label="Model" tabIndex={-1}>
            {people.length > 0 && (
              <div role="group" aria-label="Your agents">
                <p class="cap" aria-hidden="true">Your agents</p>
                {people.map(person)}
              </div>
            )}
            {by_provider(rows).map(([p, group]) => (
              <div key={p} role="group" aria-label={provider_name(p)}>
                <p class="cap" aria-hidden="true">{provider_name(p)}</p>
                {group.map(option)}
              </div>
            ))}
          </div>
        ))}
      </Loaded>
      {left_out > 0 && <p class="cap" role="status">{left_out} more. Type a part of a name to find them.</p>}
      <p class="cap">Context length, and USD for 1 million tokens in / out. <a href="/models">All models</a></p>
    </div>
  );
}
