import { useEffect, useRef } from "preact/hooks";

/// Puts the focus on an element when its page is shown. (The attribute `autofocus` works once per loading of the app only.)
export function useFocus<E extends HTMLElement>() {
  const element = useRef<E>(null);
  useEffect(() => element.current?.focus(), []);
  return element;
}

/// Puts the focus on the first field that something is wrong with, once it is shown as such: in the open dialog, or on the page.
export function focus_invalid(): void {
  requestAnimationFrame(() => (document.querySelector("dialog[open]") ?? document).querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
