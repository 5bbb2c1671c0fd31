import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api";
import { as_error } from "../lib/act";
import { Button } from "./button";
import { FormError } from "./notice";

interface Props { title: string; children?: ComponentChildren; footer?: ComponentChildren; on_close: () => void; on_submit?: () => void; wide?: boolean }

/// A modal over the page. It is open as long as it is rendered; Escape and the focus are the browser's.
export function Dialog({ title, children, footer, on_close, on_submit, wide }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    const dialog = box.current;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const inner = (
    <>
      <header><h2 id={id}>{title}</h2></header>
      {children && <div class="body">{children}</div>}
      {footer && <footer>{footer}</footer>}
    </>
  );
  return (
    <dialog ref={box} class={`dialog${wide ? " dialog--wide" : ""}`} aria-labelledby={id} onCancel={(e) => { e.preventDefault(); on_close(); }}>
      {on_submit ? <form noValidate onSubmit={(e) => { e.preventDefault(); on_submit(); }}>{inner}</form> : inner}
    </dialog>
  );
}

interface ConfirmProps { title: string; children: ComponentChildren; keep?: string; act: string; on_close: () => void; on_act: () => Promise<unknown> }

/// Asks before something is destroyed. The focus starts on the harmless button; the other one names the act.
export function ConfirmDialog({ title, children, keep = "Keep it", act, on_close, on_act }: ConfirmProps) {
  const [busy, set_busy] = useState(false);
  const [error, set_error] = useState<ApiError | null>(null);
  const go = async () => {
    set_busy(true);
    set_error(null);
    try {
      await on_act();
      on_close();
    } catch (e) {
      set_error(as_error(e));
      set_busy(false);
    }
  };
  return (
    <Dialog title={title} on_close={on_close} footer={<>
      <Button onClick={on_close}>{keep}</Button>
      <Button kind="danger-solid" server busy={busy} onClick={() => void go()}>{act}</Button>
    </>}>
      <div class="stack gap-5"><div class="dim stack gap-4">{children}</div><FormError error={error} /></div>
    </Dialog>
  );
}
