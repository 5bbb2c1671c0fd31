import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "./button";

const gap = 4; // px between the button and its menu

export interface MenuItem { name: string; danger?: boolean; go: () => void }

/// A button with three dots and what it opens. Arrows move, Escape closes.
export function Menu({ label, items, small }: { label: string; items: readonly MenuItem[]; small?: boolean }) {
  const [open, set_open] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const buttons = () => [...(box.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
  const close = () => {
    set_open(false);
    box.current?.querySelector<HTMLElement>(":scope > button")?.focus();
  };
  // Fixed to the screen beside its button: a panel or a scrolling list would cut it off.
  useLayoutEffect(() => {
    const menu = box.current?.querySelector<HTMLElement>('[role="menu"]');
    const button = box.current?.getBoundingClientRect();
    if (!open || !menu || !button) return;
    const below = button.bottom + gap;
    const fits = below + menu.offsetHeight <= innerHeight;
    menu.style.top = `${fits ? below : Math.max(gap, button.top - gap - menu.offsetHeight)}px`;
    menu.style.right = `${document.documentElement.clientWidth - button.right}px`;
  }, [open]);
  useEffect(() => {
    if (!open) return;
    buttons()[0]?.focus({ preventScroll: true });
    const away = () => set_open(false);
    document.addEventListener("scroll", away, { capture: true });
    addEventListener("resize", away);
    return () => { document.removeEventListener("scroll", away, { capture: true }); removeEventListener("resize", away); };
  }, [open]);
  useEffect(() => {
    if (!open) return;
    const on_down = (e: PointerEvent) => { if (e.target instanceof Node && !box.current?.contains(e.target)) set_open(false); };
    addEventListener("pointerdown", on_down);
    return () => removeEventListener("pointerdown", on_down);
  }, [open]);
  const on_key = (e: KeyboardEvent) => {
    if (!open) return;
    const all = buttons();
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (e.key === "Escape" || e.key === "Tab") close();
    else if (e.key === "ArrowDown") all[(at + 1) % all.length]?.focus();
    else if (e.key === "ArrowUp") all[(at - 1 + all.length) % all.length]?.focus();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div class="menu-box" ref={box} onKeyDown={on_key}>
      <Button kind="quiet" small={small} icon="more" label={label} expanded={open} onClick={() => set_open(!open)} />
      {open && (
        <div class="menu" role="menu" aria-label={label}>
          {items.map((item) => <button key={item.name} type="button" role="menuitem" tabIndex={-1} class={item.danger ? "is-bad" : ""} onClick={() => { close(); item.go(); }}>{item.name}</button>)}
        </div>
      )}
    </div>
  );
}
