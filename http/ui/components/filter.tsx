import { Button } from "./button";
import { Icon } from "./icon";

/// The field that filters the list below it.
export function Filter({ label, hint, value, on_change }: { label: string; hint: string; value: string; on_change: (text: string) => void }) {
  return (
    <label class="with-icon"><span class="vh">{label}</span><Icon name="search" />
      <input class="input" type="search" placeholder={hint} value={value} onInput={(e) => on_change(e.currentTarget.value)} />
    </label>
  );
}

/// Buttons of which one is pressed: what the list below shows.
export function Choices<K extends string>({ label, items, value, on_change }: { label: string; items: readonly (readonly [K, string])[]; value: K; on_change: (key: K) => void }) {
  return (
    <div class="btn-group" role="group" aria-label={label}>
      {items.map(([key, name]) => <Button key={key} pressed={key === value} onClick={() => on_change(key)}>{name}</Button>)}
    </div>
  );
}

/// Says that a filter matches nothing, and takes it away.
export function NothingFound({ on_clear }: { on_clear: () => void }) {
  return <section class="panel"><div class="empty"><p>Nothing matches the filter.</p><Button onClick={on_clear}>Clear the filter</Button></div></section>;
}
