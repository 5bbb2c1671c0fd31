import type { Actor } from "../../api";

/// A line of the tree: an actor, or a folder that groups some.
export interface Node {
  path: string;
  /// The last part of the path.
  name: string;
  level: number;
  actor: Actor | null;
  kids: Node[];
  /// Actors at or below this line.
  count: number;
}

/// The guardian is the root, whichever way its path names it.
const parts_of = (path: string) => path.replace(/^\/guardian(?=\/|$)/, "").split("/").filter(Boolean);

/// Actors as a tree by their paths, in the order of the paths.
export function tree_of(actors: readonly Actor[]): Node {
  const root: Node = { path: "/", name: "guardian", level: 1, actor: actors.find((a) => parts_of(a.path).length === 0) ?? null, kids: [], count: 0 };
  for (const actor of [...actors].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    let at = root;
    let path = "";
    for (const part of parts_of(actor.path)) {
      path += `/${part}`;
      let next = at.kids.find((k) => k.name === part);
      if (!next) {
        next = { path, name: part, level: at.level + 1, actor: null, kids: [], count: 0 };
        at.kids.push(next);
      }
      at = next;
    }
    at.actor = actor;
  }
  const number = (n: Node): number => (n.count = (n.actor ? 1 : 0) + n.kids.reduce((sum, k) => sum + number(k), 0));
  number(root);
  return root;
}

/// The lines that are seen when the paths in `folded` are closed.
export function lines_of(node: Node, folded: ReadonlySet<string>): Node[] {
  return [node, ...(folded.has(node.path) ? [] : node.kids.flatMap((k) => lines_of(k, folded)))];
}

export type Health = "well" | "slow" | "bad";
const slow_ms = 1000; // waiting that a person notices
const deep = 50;      // messages in a mailbox that should look at itself

/// Whether somebody should look at an actor, and the word for it.
export function health_of(a: Actor): readonly [Health, string] {
  if (!/^(running|idle|up|ready|working|busy|sleeping|asleep)$/.test(a.state)) return ["bad", a.state];
  if (a.mailbox >= deep) return ["slow", "mailbox fills"];
  if ((a.waiting_ms.p99 ?? 0) >= slow_ms) return ["slow", "slow"];
  return ["well", a.state];
}
