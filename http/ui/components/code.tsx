import type { ComponentChildren } from "preact";
import { pretty } from "../lib/format";
import { CopyButton } from "./copy_button";

/// Code or text that a machine reads, with a head and a copy button.
export function Code({ title, text, children }: { title: string; text: string; children?: ComponentChildren }) {
  return (
    <div class="code">
      <header><span>{title}</span><CopyButton text={text} what={title} /></header>
      <pre tabIndex={0} role="group" aria-label={title}>{children ?? text}</pre>
    </div>
  );
}

/// A value as coloured JSON. Text that is itself JSON is shown as such.
export function Json({ title, value }: { title: string; value: unknown }) {
  const parsed = typeof value === "string" ? parse(value) : value;
  if (typeof parsed === "string") return <Code title={title} text={parsed} />;
  const text = pretty(parsed);
  return <Code title={title} text={text}>{colour(text)}</Code>;
}

function parse(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const too_long = 40_000; // characters; beyond it colouring costs more than it shows

function colour(json: string): ComponentChildren {
  if (json.length > too_long) return json;
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (const m of json.matchAll(/("(?:\\.|[^"\\])*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\btrue\b|\bfalse\b|\bnull\b/g)) {
    if (m.index > from) parts.push(json.slice(from, m.index));
    const kind = m[1] === undefined ? "tn" : m[2] ? "tk" : "ts";
    parts.push(<span class={kind}>{m[1] ?? m[0]}</span>);
    if (m[2]) parts.push(m[2]);
    from = m.index + m[0].length;
  }
  parts.push(json.slice(from));
  return parts;
}
