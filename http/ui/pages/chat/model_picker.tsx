import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Model } from "../../api";
import { Icon } from "../../components/icon";
import { Loaded } from "../../components/loaded";
import { badges_of, by_provider, context_of, matches, prices_of, provider_name } from "../../lib/models";
import type { Resource } from "../../lib/resource";

interface Props { models: Resource<Model[]>; chosen: string | undefined; on_choose: (id: string) => void; on_close: () => void }

const most = 150; // rows; whoever sees more types another letter

/// What is listed: those that match, by provider, the chosen one among them.
function rows_of(models: readonly Model[], find: string, chosen: string | undefined): { rows: Model[]; left_out: number } {
  const found = by_provider(models.filter((m) => matches(m, find))).flatMap(([, group]) => group);
  if (found.length <= most) return { rows: found, left_out: 0 };
  const mine = found.findIndex((m) => m.id === chosen);
  const rows = mine < most ? found.slice(0, most) : [found[mine]!, ...found.slice(0, most - 1)];
  return { rows: by_provider(rows).flatMap(([, group]) => group), left_out: found.length - rows.length };
}

/// The menu of models, by provider. Typing filters, arrows move, Enter takes, Escape leaves.
export function ModelPicker({ models, chosen, on_choose, on_close }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const [find, set_find] = useState("");
  const { rows, left_out } = rows_of(models.data ?? [], find, chosen);
  const [at, set_at] = useState(Math.max(0, rows.findIndex((m) => m.id === chosen)));
  const here = Math.min(at, Math.max(0, rows.length - 1));
  useEffect(() => {
    const before = document.activeElement;
    box.current?.querySelector("input")?.focus();
    const on_down = (e: PointerEvent) => { if (e.target instanceof Element && !box.current?.contains(e.target) && !e.target.closest("[data-picker]")) on_close(); };
    addEventListener("pointerdown", on_down);
    return () => { removeEventListener("pointerdown", on_down); if (before instanceof HTMLElement && before.isConnected) before.focus(); };
  }, []);
  useEffect(() => { box.current?.querySelector("[data-here]")?.scrollIntoView({ block: "nearest" }); }, [here]);
  const on_key = (e: KeyboardEvent) => {
    if (e.key === "ArrowDown") set_at(Math.min(rows.length - 1, here + 1));
    else if (e.key === "ArrowUp") set_at(Math.max(0, here - 1));
    else if (e.key === "Enter") { if (rows[here]) on_choose(rows[here].id); }
    else if (e.key === "Escape") on_close();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const option = (m: Model) => {
    const i = rows.indexOf(m);
    return (
      <div key={m.id} id={`${id}-${i}`} role="option" aria-selected={m.id === chosen} data-here={i === here ? "" : undefined} class={i === here ? "here" : ""} title={m.id} onClick={() => on_choose(m.id)}>
        {m.id === chosen ? <Icon name="check" /> : <span />}
        <span class="clip">{m.name}{m.default && <span class="faint"> default</span>}</span>
        <span class="badges">{badges_of(m).map((b) => <span key={b} class="badge">{b}</span>)}</span>
        <span class="num faint">{context_of(m)}</span><span class="num faint">{prices_of(m)}</span>
      </div>
    );
  };
  return (
    <div class="menu picker" ref={box} onKeyDown={on_key}>
      <label class="with-icon">
        <span class="vh">Find a model</span><Icon name="search" />
        <input class="input" placeholder="Find a model by name, provider or badge" role="combobox" aria-expanded="true" aria-controls={id} aria-activedescendant={rows[here] ? `${id}-${here}` : undefined} value={find} onInput={(e) => { set_find(e.currentTarget.value); set_at(0); }} />
      </label>
      <Loaded of={models} what="the models">
        {() => (rows.length === 0 ? <p class="cap" role="status">No model is called “{find}”.</p> : (
          <div role="listbox" id={id} aria-label="Model" tabIndex={-1}>
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
