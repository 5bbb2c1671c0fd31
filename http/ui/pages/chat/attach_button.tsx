import { useId, useRef } from "preact/hooks";
import { Icon } from "../../components/icon";

interface Props {
  what: string;
  accept: string;
  /// Why nothing can be attached; the button stays, and says so.
  why_none: string | null;
  disabled: boolean;
  on_files: (files: File[]) => void;
  on_why: () => void;
}

/// Opens the browser's own dialog for files.
export function AttachButton({ what, accept, why_none, disabled, on_files, on_why }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const off = why_none !== null;
  return (
    <>
      <button type="button" class="btn btn--quiet btn--icon btn--sm" aria-label="Attach files" aria-disabled={off || undefined} aria-describedby={id} disabled={disabled}
        title={why_none ?? `${what}, also by paste and by drag and drop`} onClick={() => (off ? on_why() : input.current?.click())}>
        <Icon name="clip" />
      </button>
      <span class="vh" id={id}>{why_none ?? what}</span>
      <input ref={input} type="file" hidden multiple accept={accept} onChange={(e) => {
        on_files([...(e.currentTarget.files ?? [])]);
        e.currentTarget.value = ""; // the same file can be chosen again
      }} />
    </>
  );
}
