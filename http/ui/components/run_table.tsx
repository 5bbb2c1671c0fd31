import { useRef } from "preact/hooks";
import type { Run } from "../api";
import { duration, ms_between, money, tokens } from "../lib/format";
import { useRowKeys } from "../lib/keys";
import { is_active, RunState, run_name, started_by } from "./run_state";
import { Age, Time } from "./time";

function Took({ run }: { run: Run }) {
  if (!run.started_at) return null;
  return run.ended_at ? <>{duration(ms_between(run.started_at, run.ended_at))}</> : <Age from={run.started_at} />;
}

const cost = (run: Run) => (is_active(run.status) ? "" : run.cost_usd === null ? "unknown" : run.cost_usd === 0 ? "free" : money(run.cost_usd));

const used = (run: Run) => (run.input_tokens ?? 0) + (run.output_tokens ?? 0);

/// Runs as rows; the name opens the run. `named`: with the name of the agent.
export function RunTable({ runs, label, named }: { runs: readonly Run[]; label: string; named: boolean }) {
  const box = useRef<HTMLElement>(null);
  useRowKeys(box);
  return (
    <section class="panel bleed" aria-label={label} ref={box}>
      <div class="table-wrap">
        <table class="table table--two">
          <thead><tr>
            <th scope="col">Run</th><th scope="col">Outcome</th><th scope="col" class="not-phone">Started by</th>
            <th scope="col" class="num not-phone">Took</th><th scope="col" class="num not-phone">Tokens</th><th scope="col" class="num not-phone">Cost</th>
          </tr></thead>
          <tbody>
            {runs.map((r) => (
              <tr key={r.id}>
                <th scope="row"><a class="name" data-row href={`/runs/${r.id}`}>{named ? run_name(r) : <Time at={r.queued_at} />}</a>{named ? <span class="sub"><Time at={r.queued_at} /></span> : <span class="sub only-phone">{started_by(r)}</span>}</th>
                <td><RunState status={r.status} />{(r.why_waiting || r.error) && <span class="sub sub--wrap">{r.why_waiting ?? r.error}</span>}</td>
                <td class="not-phone run-said"><span class="dim">{started_by(r)}</span>{r.message && <span class="sub clip" title={r.message}>{r.message}</span>}</td>
                <td class="num not-phone"><Took run={r} /></td>
                <td class="num not-phone faint">{used(r) > 0 ? tokens(used(r)) : ""}</td>
                <td class="num not-phone faint">{cost(r)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
