import type { Actor } from "../../api";
import { Icon, Mark } from "../../components/icon";
import { count, millis } from "../../lib/format";
import { health_of, type Node } from "./tree";
import type { Rates } from "./use_actors";

const full_mailbox = 64; // messages at which the small bar is full; only a picture

/// A minute of messages per second as a line.
export function Spark({ history, wide }: { history: readonly number[]; wide?: boolean }) {
  const shape = { viewBox: "0 0 72 18", "aria-hidden": "true" as const, ...(wide ? { preserveAspectRatio: "none" } : {}) };
  if (history.length < 2) return <svg class="spark spark--idle" {...shape} />;
  const top = Math.max(...history, 1);
  const points = history.map((v, i) => `${(1 + ((60 - history.length + i) * 68) / 59).toFixed(1)} ${(16.5 - (v / top) * 13).toFixed(1)}`);
  const last = points.at(-1)!.split(" ");
  const idle = history.every((v) => v === 0);
  return <svg class={`spark${idle ? " spark--idle" : ""}`} {...shape}><path class="l" d={`M${points.join("L")}`} />{!wide && <circle class="d" cx={last[0]} cy={last[1]} r="1.8" />}</svg>;
}

export const rate = (r: Rates | undefined) => (!r ? "" : r.per_second === 0 ? "0" : r.per_second < 10 ? r.per_second.toFixed(1) : count(Math.round(r.per_second)));

const Zero = ({ n }: { n: number }) => <span class={n === 0 ? "zero" : ""}>{count(n)}</span>;

function Cells({ a, r }: { a: Actor; r: Rates | undefined }) {
  const [health] = health_of(a);
  const tone = health === "bad" && a.mailbox > 0 ? " meter--bad" : a.mailbox >= full_mailbox ? " meter--warn" : "";
  const slow = (v: number | null) => (v !== null && v >= 1000 ? "is-warn" : "");
  return (
    <>
      <td class="num"><span class="depth"><Zero n={a.mailbox} /><span class={`meter${tone}`} style={{ "--v": Math.min(1, a.mailbox / full_mailbox).toFixed(2) }} /></span></td>
      <td class="num w2"><Zero n={a.handled} /></td>
      <td class="num w2 dim">{rate(r)}</td>
      <td class="num w3 dim">{millis(a.waiting_ms.p50)}</td>
      <td class={`num w2 ${slow(a.waiting_ms.p99)}`}>{millis(a.waiting_ms.p99)}</td>
      <td class="num w3 dim">{millis(a.busy_ms.p50)}</td>
      <td class={`num ${slow(a.busy_ms.p99)}`}>{millis(a.busy_ms.p99)}</td>
      <td class={`num ${a.restarts > 0 ? "is-bad" : "zero"}`}>{count(a.restarts)}</td>
      <td class="w3"><Spark history={r?.history ?? []} /></td>
    </>
  );
}

export const columns = 10;

interface Props {
  node: Node; rates: Rates | undefined; folded: boolean; selected: boolean; focusable: boolean; flat: boolean;
  on_fold: () => void; on_select: () => void; on_focus: () => void;
}

/// One line of the tree.
export function ActorRow({ node, rates, folded, selected, focusable, flat, on_fold, on_select, on_focus }: Props) {
  const a = node.actor;
  const [health, word] = a ? health_of(a) : (["well", ""] as const);
  const group = !a;
  const foldable = node.kids.length > 0 && !flat;
  return (
    <tr
      data-path={node.path} aria-level={flat ? 1 : node.level} aria-expanded={foldable ? !folded : undefined} aria-selected={a ? selected : undefined} tabIndex={focusable ? 0 : -1}
      onClick={() => { if (a) on_select(); else on_fold(); }} onFocus={on_focus}
    >
      <th scope="row" title={node.path}>
        <span class="node" style={{ "--l": flat ? 1 : node.level }}>
          {foldable ? <button class="tw" type="button" tabIndex={-1} aria-label={`${folded ? "Unfold" : "Fold"} ${node.name}`} onClick={(e) => { e.stopPropagation(); on_fold(); }}><Icon name="right" /></button> : <span class="tw" />}
          {a && <Mark name={health === "bad" ? "restart" : health === "slow" ? "warn" : "up"} word={word} />}
          <span class={group ? "clip g" : "clip"}>{flat ? node.path.slice(1) : node.name}{a && node.name !== a.kind && !flat && <span class="faint"> {a.kind}</span>}</span>
          {node.kids.length > 0 && !flat && <span class="kids">{node.count - (a ? 1 : 0)}</span>}
          {health !== "well" && <span class={`word ${health === "bad" ? "is-bad" : "is-warn"}`} aria-hidden="true">{word}</span>}
        </span>
      </th>
      {a ? <Cells a={a} r={rates} /> : <td colSpan={columns - 1} />}
    </tr>
  );
}
