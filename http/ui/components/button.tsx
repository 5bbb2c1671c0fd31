import type { ComponentChildren } from "preact";
import { offline_since } from "../lib/connection";
import { Icon } from "./icon";

interface Props {
  children?: ComponentChildren;
  kind?: "primary" | "danger" | "danger-solid" | "quiet";
  small?: boolean;
  icon?: string;
  keys?: string;
  /// Says what a button without words does.
  label?: string;
  /// It needs the server: it is off while there is no connection.
  server?: boolean;
  busy?: boolean;
  disabled?: boolean;
  type?: "button" | "submit";
  class?: string;
  onClick?: () => void;
  pressed?: boolean;
  title?: string;
  id?: string;
  expanded?: boolean;
  controls?: string;
}

export function Button(p: Props) {
  const classes = ["btn", p.kind && `btn--${p.kind}`, p.small && "btn--sm", p.label && "btn--icon", p.class].filter(Boolean).join(" ");
  return (
    <button
      type={p.type ?? "button"} class={classes} id={p.id} title={p.title} aria-label={p.label} aria-pressed={p.pressed} aria-busy={p.busy || undefined}
      aria-expanded={p.expanded} aria-controls={p.controls}
      disabled={p.disabled || p.busy || (p.server === true && offline_since.value !== null)} onClick={p.onClick}
    >
      {p.icon && <Icon name={p.icon} small={p.small && !p.label} />}
      {p.children}
      {p.keys && <kbd aria-hidden="true">{p.keys}</kbd>}
    </button>
  );
}
