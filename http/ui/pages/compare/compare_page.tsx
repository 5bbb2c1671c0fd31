import { api, type Run, type Step } from "../../api";
import { Json } from "../../components/code";
import { Loaded } from "../../components/loaded";
import { Empty } from "../../components/notice";
import { Page, Scroll } from "../../components/page";
import { is_active, run_name, RunState } from "../../components/run_state";
import { duration, money, ms_between, short_time, tokens } from "../../lib/format";
import { useResource } from "../../lib/resource";
import { navigate, url } from "../../lib/router";
import { arguments_of, step_name, step_words, text_of_step } from "../run/step_words";
import { differences, type Difference } from "./differences";

const poll = 3000; // ms; a run of the two may be going on

const took = (run: Run) => (run.started_at ? duration(ms_between(run.started_at, run.ended_at ?? new Date().toISOString())) : "not begun");
const cost = (usd: number | null) => (usd === null ? "unknown" : usd === 0 ? "free" : money(usd));
const used = (of: Run | Step) => tokens((of.input_tokens ?? 0) + (of.output_tokens ?? 0));

function useRun(id: string | null) {
  const run = useResource(id ? `run ${id}` : null, (s) => api.run(id!, s), poll);
  const steps = useResource(id ? `steps ${id}` : null, (s) => api.steps(id!, s), poll);
  return { run, steps };
}

/// One of the two, and the others of its agent that may stand in its place.
function Side({ name, run, others, on_choose }: { name: string; run: Run | undefined; others: readonly Run[]; on_choose: (id: string) => void }) {
  return (
    <div class="stack gap-3">
      <label class="field"><span class="label">{name}</span>
        <select class="select" value={run?.id ?? ""} onChange={(e) => on_choose(e.currentTarget.value)}>
          {!run && <option value="">Choose a run</option>}
          {run && !others.some((r) => r.id === run.id) && <option value={run.id}>{short_time(run.queued_at)}</option>}
          {others.map((r) => <option key={r.id} value={r.id}>{short_time(r.queued_at)}, {r.status}{r.copy_of ? r.copy_of.seq ? ", fork" : ", rerun" : ""}</option>)}
        </select>
      </label>
      {run && (
        <dl class="facts">
          <dt>Run</dt><dd><a href={`/runs/${run.id}`}>{run_name(run)}</a> <RunState status={run.status} /></dd>
          <dt>Time</dt><dd>{took(run)}</dd>
          <dt>Tokens</dt><dd>{used(run)}</dd>
          <dt>Cost</dt><dd>{is_active(run.status) ? "–" : cost(run.cost_usd)}</dd>
        </dl>
      )}
    </div>
  );
}

function Cell({ run, step, differs }: { run: Run; step: Step | undefined; differs: Difference }) {
  if (!step) return <div class="cmp-cell cmp-none"><p class="faint">No such step</p></div>;
  const text = step.kind === "model" ? text_of_step(step) : "";
  return (
    <div class={`cmp-cell${differs.any ? " cmp-differs" : ""}`}>
      <p class="cmp-head"><a href={`/runs/${run.id}?step=${step.seq}`}><b class={step.kind === "tool" ? "mono" : ""}>{step.seq} {step_name(step)}</b></a>{differs.any && <span class="badge badge--warn">{differs.words}</span>}</p>
      <p class="faint">{step.kind === "model" && <><span class="mono">{step.name}</span>, </>}{step.ended_at ? duration(ms_between(step.started_at, step.ended_at)) : step.state}{step.kind === "model" && <>, {used(step)} tokens, {cost(step.cost_usd)}</>}</p>
      <details>
        <summary class="clip">{step_words(step) || (step.kind === "tool" ? "Arguments and result" : "Nothing was said")}</summary>
        {text && <p class="cmp-text">{text}</p>}
        {step.kind === "tool" && <Json title="Arguments" value={arguments_of(step)} />}
        {step.kind === "tool" && step.output !== null && <Json title="Result" value={step.output} />}
      </details>
    </div>
  );
}

function Table({ a, b, steps_a, steps_b }: { a: Run; b: Run; steps_a: readonly Step[]; steps_b: readonly Step[] }) {
  const pairs = Array.from({ length: Math.max(steps_a.length, steps_b.length) }, (_, i) => [steps_a[i], steps_b[i]] as const);
  const same = pairs.filter(([x, y]) => !differences(x, y).any).length;
  return (
    <section class="panel bleed" aria-labelledby="steps-head">
      <header><h2 id="steps-head">Steps</h2><span class="faint">{same === pairs.length ? "all the same" : `${pairs.length - same} of ${pairs.length} differ`}</span></header>
      <ol class="cmp">
        {pairs.map(([x, y], i) => {
          const differs = differences(x, y);
          return <li key={i}><Cell run={a} step={x} differs={differs} /><Cell run={b} step={y} differs={differs} /></li>;
        })}
        <li>
          <div class={`cmp-cell${a.result !== b.result ? " cmp-differs" : ""}`}><b>Result</b><p class="cmp-text">{a.result ?? a.error ?? "None"}</p></div>
          <div class={`cmp-cell${a.result !== b.result ? " cmp-differs" : ""}`}><b>Result</b><p class="cmp-text">{b.result ?? b.error ?? "None"}</p></div>
        </li>
      </ol>
    </section>
  );
}

/// Two runs side by side, step by step; on a phone one below the other.
export function ComparePage() {
  const ids = { a: url.value.searchParams.get("a"), b: url.value.searchParams.get("b") };
  const one = useRun(ids.a);
  const two = useRun(ids.b);
  const agent = one.run.data?.agent_id ?? two.run.data?.agent_id ?? null;
  const others = useResource(agent ? `runs to compare ${agent}` : null, (s) => api.agent_runs(agent!, 100, undefined, s));
  const choose = (side: "a" | "b") => (id: string) => navigate(`/compare?${new URLSearchParams({ ...(ids.a ? { a: ids.a } : {}), ...(ids.b ? { b: ids.b } : {}), [side]: id })}`, "replace");
  const a = one.run.data, b = two.run.data;
  return (
    <Page title="Compare two runs" crumbs={<><a href={agent ? `/agents/${agent}` : "/runs"}>{a ? run_name(a) : "Runs"}</a><span aria-hidden="true">/</span></>}>
      <Scroll label="Compare">
        {!ids.a && !ids.b ? <Empty title="Nothing to compare yet" action={<a class="btn btn--primary" href="/runs">Go to the runs</a>}><p>Open a run and choose Compare there.</p></Empty> : (
          <Loaded of={ids.a ? one.run : two.run} what="the runs">
            {() => (
              <>
                <div class="two cmp-heads">
                  <Side name="Left" run={a} others={others.data ?? []} on_choose={choose("a")} />
                  <Side name="Right" run={b} others={others.data ?? []} on_choose={choose("b")} />
                </div>
                {two.run.error && ids.b && <Loaded of={two.run} what="the second run">{() => null}</Loaded>}
                {a && b && <Table a={a} b={b} steps_a={one.steps.data ?? []} steps_b={two.steps.data ?? []} />}
              </>
            )}
          </Loaded>
        )}
      </Scroll>
    </Page>
  );
}
