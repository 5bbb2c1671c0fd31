import { useLayoutEffect, useRef } from "preact/hooks";

/// A key and what it does, for the list that `?` shows.
export interface KeyHelp { keys: string; what: string }

const shown = new Set<readonly KeyHelp[]>();
/// All keys that work at this moment, newest page last.
export const all_keys = () => [...shown].flat();

/// True while the keys belong to something that is typed into, or to a dialog.
export function typing(event: KeyboardEvent): boolean {
  const at = event.target;
  if (!(at instanceof HTMLElement)) return false;
  return at.isContentEditable || at.closest("dialog[open]") !== null || /^(TEXTAREA|SELECT)$/.test(at.tagName)
    || (at instanceof HTMLInputElement && !/^(checkbox|radio|button)$/.test(at.type));
}

/// Binds single keys (`n`, `?`, `Escape`) while the component is shown; not while something is typed or a dialog is open.
/// `help` appears in the list of keys.
export function useKeys(bindings: Record<string, (event: KeyboardEvent) => void>, help: readonly KeyHelp[] = []): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  useLayoutEffect(() => { // before the page is seen: whoever sees a key may press it
    const on_key = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event) || document.querySelector("dialog[open]")) return;
      const action = latest.current[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!action) return;
      event.preventDefault();
      action(event);
    };
    addEventListener("keydown", on_key);
    shown.add(help);
    return () => { removeEventListener("keydown", on_key); shown.delete(help); };
  }, []);
}

/// `Ctrl S` saves, also while something is typed. What it saves is what was rendered last: nothing typed before it is missed.
export function useSaveKey(save: () => void): void {
  const latest = useRef(save);
  latest.current = save;
  useLayoutEffect(() => {
    const on_key = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
      event.preventDefault();
      latest.current();
    };
    addEventListener("keydown", on_key);
    return () => removeEventListener("keydown", on_key);
  }, []);
}

/// `J` and `K` move through the rows of the list in `root`; each row has a link or button with `data-row`, which `Enter` then opens.
export function useRowKeys(root: { current: HTMLElement | null }): void {
  const move = (by: number) => {
    const rows = [...(root.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])].filter((r) => r.offsetParent !== null);
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  useKeys({ j: () => move(1), k: () => move(-1) }, row_help);
}

const row_help: readonly KeyHelp[] = [{ keys: "J", what: "next row" }, { keys: "K", what: "row before" }, { keys: "Enter", what: "open the row" }];
