import { useEffect, useRef, useState } from "preact/hooks";
import type { Actor } from "../../api";
import { ActorRow } from "./actor_row";
import { lines_of, tree_of, type Node } from "./tree";
import type { Rates } from "./use_actors";

interface Props { actors: readonly Actor[]; rates: ReadonlyMap<string, Rates>; flat: boolean; selected: string | null; on_select: (path: string) => void }

const leaf = (a: Actor): Node => ({ path: a.path, name: a.path.split("/").at(-1) ?? a.path, level: 1, actor: a, kids: [], count: 1 });

/// The actors as a treegrid: one tab stop, arrows move and fold, Enter opens. `flat`: as a list, in the order given.
export function ActorTree({ actors, rates, flat, selected, on_select }: Props) {
  const [folded, set_folded] = useState<ReadonlySet<string>>(new Set());
  const [focus, set_focus] = useState<string | null>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const lines = flat ? actors.map(leaf) : lines_of(tree_of(actors), folded);
  const at = Math.max(0, lines.findIndex((n) => n.path === (focus ?? selected)));
  const fold = (path: string, closed: boolean) => set_folded((old) => { const next = new Set(old); if (closed) next.add(path); else next.delete(path); return next; });
  const go = (i: number) => {
    const to = lines[Math.min(lines.length - 1, Math.max(0, i))];
    if (!to) return;
    set_focus(to.path);
    body.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(to.path)}"]`)?.focus();
  };
  const on_key = (e: KeyboardEvent) => {
    const node = lines[at];
    if (!node || e.ctrlKey || e.metaKey || e.altKey) return;
    const closed = folded.has(node.path);
    if (e.key === "ArrowDown" || e.key === "j") go(at + 1);
    else if (e.key === "ArrowUp" || e.key === "k") go(at - 1);
    else if (e.key === "Home") go(0);
    else if (e.key === "End") go(lines.length - 1);
    else if (e.key === "ArrowRight") { if (node.kids.length > 0 && closed) fold(node.path, false); else if (node.kids.length > 0) go(at + 1); }
    else if (e.key === "ArrowLeft") { if (node.kids.length > 0 && !closed && !flat) fold(node.path, true); else go(lines.findIndex((n) => n.path === (node.path.replace(/\/[^/]*$/, "") || "/"))); }
    else if (e.key === "Enter") { if (node.actor) on_select(node.path); else fold(node.path, !closed); }
    else return;
    e.preventDefault();
  };
  useEffect(() => { if (focus && !lines.some((n) => n.path === focus)) set_focus(null); });
  return (
    <section class="panel bleed tree-box" aria-label="Tree">
      <table class="table tree" role="treegrid" aria-label="Actors" onKeyDown={on_key}>
        <thead><tr>
          <th scope="col">Actor</th><th scope="col" class="num">Mailbox</th><th scope="col" class="num w2">Handled</th><th scope="col" class="num w2">msg/s</th>
          <th scope="col" class="num w3"><abbr title="Waiting in the mailbox, half of the messages, ms">waits p50</abbr></th><th scope="col" class="num w2"><abbr title="Waiting in the mailbox, 99 of 100 messages, ms">p99 ms</abbr></th>
          <th scope="col" class="num w3"><abbr title="Busy with one message, half of the messages, ms">busy p50</abbr></th><th scope="col" class="num"><abbr title="Busy with one message, 99 of 100 messages, ms"><span class="only-narrow-tree">busy </span>p99 ms</abbr></th>
          <th scope="col" class="num"><span class="not-phone">Restarts</span><abbr class="only-phone" title="Restarts">Rst</abbr></th><th scope="col" class="w3">Last minute</th>
        </tr></thead>
        <tbody ref={body}>
          {lines.map((n, i) => (
            <ActorRow key={n.path} node={n} rates={rates.get(n.path)} folded={folded.has(n.path)} selected={n.path === selected} focusable={i === at} flat={flat}
              on_fold={() => fold(n.path, !folded.has(n.path))} on_select={() => on_select(n.path)} on_focus={() => set_focus(n.path)} />
          ))}
        </tbody>
      </table>
    </section>
  );
}
