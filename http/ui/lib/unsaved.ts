import { signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { before_leaving } from "./router";

const changed = new Set<object>();

/// The way that was to be taken while something was not saved: it waits for an answer. Null: nobody is to be asked.
export const leaving = signal<(() => void) | null>(null);

/// While `unsaved`, whoever is about to leave the page is asked first.
export function useUnsaved(unsaved: boolean): void {
  useLayoutEffect(() => {
    if (!unsaved) return;
    const mine = {};
    changed.add(mine);
    return () => { changed.delete(mine); };
  }, [unsaved]);
}

/// Does what loses the changes of the page: at once where there are none, else when the person agrees.
export function lose_changes(go: () => void): void {
  if (changed.size === 0) go();
  else leaving.value = go;
}

/// Starts asking. Called once.
export function start_unsaved(): void {
  before_leaving((go) => {
    if (changed.size === 0) return true;
    leaving.value = go;
    return false;
  });
  addEventListener("beforeunload", (e) => { if (changed.size > 0) e.preventDefault(); });
}
