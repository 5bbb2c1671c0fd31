import { useEffect, useRef } from "preact/hooks";

/// Puts the focus on an element when its page is shown. (The attribute `autofocus` works once per loading of the app only.)
export function useFocus<E extends HTMLElement>() {
  const element = useRef<E>(null);
  useEffect(() => element.current?.focus(), []);
  return element;
}
