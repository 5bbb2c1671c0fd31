import type { Run } from "../api";
import { is_active } from "./run_state";

const shown = 12; // outcomes, as in the column's head

/// The last outcomes as small bars, oldest at the left.
export function Ticks({ runs }: { runs: readonly Run[] }) {
  const last = runs.slice(0, shown).reverse();
  const failed = last.filter((r) => r.status === "error").length;
  const kind = (r: Run) => (r.status === "error" ? "b" : r.status === "stopped" ? "s" : is_active(r.status) ? "r" : "");
  return (
    <span class="ticks" role="img" aria-label={last.length === 0 ? "no runs yet" : `last ${last.length} runs: ${failed === 0 ? "none" : failed} failed`}>
      {Array.from({ length: shown - last.length }, (_, i) => <i key={i} class="n" />)}
      {last.map((r) => <i key={r.id} class={kind(r)} />)}
    </span>
  );
}
