import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Field } from "./field";

interface Props {
  label: ComponentChildren;
  help?: ComponentChildren;
  value: number | null;
  error?: string | undefined;
  focus?: boolean;
  on_change: (usd: number | null) => void;
}

/// An amount, or what was typed when it is none, so that the server can say what is wrong with it; a comma stands for a point.
function usd_of(text: string): number | null {
  const plain = text.trim().replace(",", ".");
  if (plain === "") return null;
  const usd = Number(plain);
  return Number.isFinite(usd) ? usd : (text as unknown as number);
}

/// An amount in USD; empty is null. It keeps what was typed as long as that means the value.
export function UsdField({ label, help, value, error, focus, on_change }: Props) {
  const [typed, set_typed] = useState("");
  const text = usd_of(typed) === value ? typed : value === null ? "" : String(value);
  return (
    <Field label={label} help={help} error={error}>
      {(ids) => <input class="input" {...ids} inputMode="decimal" autocomplete="off" autofocus={focus ?? false} value={text} onInput={(e) => { set_typed(e.currentTarget.value); on_change(usd_of(e.currentTarget.value)); }} />}
    </Field>
  );
}
