import { symbols } from "./symbols";

/// The hidden sheet that every icon and mark refers to. Stands once, at the top of the app.
export function Sprite() {
  return (
    <svg width="0" height="0" class="sprite" aria-hidden="true">
      {Object.entries(symbols).map(([id, [box, body]]) => (
        <symbol key={id} id={id} viewBox={box} dangerouslySetInnerHTML={{ __html: body }} />
      ))}
    </svg>
  );
}

/// An icon beside words; `name` without `i-`.
export function Icon({ name, small, turner }: { name: string; small?: boolean; turner?: boolean }) {
  return <svg class={`i${small ? " i-sm" : ""}${turner ? " turner" : ""}`} aria-hidden="true"><use href={`#i-${name}`} /></svg>;
}

export type MarkName = "ok" | "up" | "run" | "live" | "hand" | "bad" | "restart" | "stop" | "wait" | "skip" | "off" | "unknown" | "idle" | "warn" | "you" | "step";

/// A mark of state. `word` is read out; give it unless the word stands visibly beside the mark.
export function Mark({ name, word }: { name: MarkName; word?: string }) {
  return (
    <>
      <svg class={`st st-${name}`} aria-hidden="true"><use href={`#s-${name}`} /></svg>
      {word && <span class="vh">{word}</span>}
    </>
  );
}

export function Logo() {
  return (
    <svg viewBox="0 0 18 18" aria-hidden="true">
      <circle cx="7.5" cy="10.5" r="5.3" fill="none" stroke="currentColor" stroke-width="2.2" />
      <circle cx="14.6" cy="3.4" r="2.4" fill="var(--live)" />
    </svg>
  );
}
