import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Model } from "../../api";
import { Icon } from "../../components/icon";
import type { Resource } from "../../lib/resource";
import { Loaded } from "../../components/loaded";

const price = (m: Model) => {
  const p = m.pricing;
  if (!p || p.prompt === null || p.completion === null) return "price unknown";
  return p.prompt === 0 && p.completion === 0 ? "free" : `$${p.prompt.toFixed(2)} / $${p.completion.toFixed(2)}`;
};
const size = (n: number | null) => (n === null ? "" : n >= 1_000_000 ? `${n / 1_000_000} M` : `${Math.round(n / 1000)} K`);
const badges = (m: Model) => (["vision", "tools", "online"] as const).filter((b) => m.capabilities?.[b]);

interface Props { models: Resource<Model[]>; chosen: string | undefined; on_choose: (id: string) => void; on_close: () => void }

/// The menu of models, by provider. Typing filters, arrows move, Enter takes, Escape leaves.
export function ModelPicker({ models, chosen, on_choose, on_close }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const [find, set_find] = useState("");
  const all = (models.data ?? []).filter((m) => `${m.id} ${m.name}`.toLowerCase().includes(find.toLowerCase()));
  const [at, set_at] = useState(Math.max(0, all.findIndex((m) => m.id === chosen)));
  const here = Math.min(at, Math.max(0, all.length - 1));
  useEffect(() => {
    const before = document.activeElement;
    box.current?.querySelector("input")?.focus();
    const on_down = (e: PointerEvent) => { if (e.target instanceof Element && !box.current?.contains(e.target) && !e.target.closest("[data-picker]")) on_close(); };
    addEventListener("pointerdown", on_down);
    return () => { removeEventListener("pointerdown", on_down); if (before instanceof HTMLElement && before.isConnected) before.focus(); };
  }, []);
  useEffect(() => { box.current?.querySelector("[data-here]")?.scrollIntoView({ block: "nearest" }); }, [here]);
  const on_key = (e: KeyboardEvent) => {
    if (e.key === "ArrowDown") set_at(Math.min(all.length - 1, here + 1));
    else if (e.key === "ArrowUp") set_at(Math.max(0, here - 1));
    else if (e.key === "Enter") { if (all[here]) on_choose(all[here].id); }
    else if (e.key === "Escape") on_close();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const providers = [...new Set(all.map((m) => m.provider))];
  return (
    <div class="menu picker" ref={box} onKeyDown={on_key}>
      <label class="with-icon">
        <span class="vh">Find a model</span><Icon name="search" />
        <input class="input" placeholder="Find a model" role="combobox" aria-expanded="true" aria-controls={id} aria-activedescendant={all[here] ? `${id}-${here}` : undefined} value={find} onInput={(e) => { set_find(e.currentTarget.value); set_at(0); }} />
      </label>
      <Loaded of={models} what="the models">
        {() => (all.length === 0 ? <p class="cap">No model is called “{find}”.</p> : (
          <div role="listbox" id={id} aria-label="Model" tabIndex={-1}>
            {providers.map((p) => (
              <div key={p} role="group" aria-label={p}>
                <p class="cap" aria-hidden="true">{p}</p>
                {all.map((m, i) => m.provider === p && (
                  <div key={m.id} id={`${id}-${i}`} role="option" aria-selected={m.id === chosen} data-here={i === here ? "" : undefined} class={i === here ? "here" : ""} title={m.id} onClick={() => on_choose(m.id)}>
                    {m.id === chosen ? <Icon name="check" /> : <span />}
                    <span class="clip">{m.name}</span>
                    <span class="badges">{badges(m).map((b) => <span key={b} class="badge">{b}</span>)}</span>
                    <span class="num faint">{size(m.context_length)}</span><span class="num faint">{price(m)}</span>
                  </div>
                ))}
              </div>
            ))}
          </div>
        ))}
      </Loaded>
      <p class="cap not-phone">Price in USD for 1 million tokens, in / out.</p>
    </div>
  );
}
