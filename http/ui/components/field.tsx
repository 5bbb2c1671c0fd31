import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./icon";

export interface FieldIds { id: string; "aria-invalid"?: "true"; "aria-describedby"?: string }

interface Props {
  label: ComponentChildren;
  help?: ComponentChildren;
  error?: string | undefined;
  children: (ids: FieldIds) => ComponentChildren;
}

/// A label above, the control, and below it the help, or in its place what is wrong.
export function Field({ label, help, error, children }: Props) {
  const id = useId();
  const note = `${id}-n`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, ...(error ? { "aria-invalid": "true" as const } : {}), ...(error || help ? { "aria-describedby": note } : {}) })}
      {error ? <p class="err" id={note}><Icon name="x" small />{error}</p> : help ? <p class="help" id={note}>{help}</p> : null}
    </div>
  );
}
