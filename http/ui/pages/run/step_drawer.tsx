import type { Run, Step } from "../../api";
import { Button } from "../../components/button";
import { Code, Json } from "../../components/code";
import { CopyButton } from "../../components/copy_button";
import { started_by } from "../../components/run_state";
import { clock_ms, count, duration, full_time, money, ms_between, pretty } from "../../lib/format";
import { ChildLinks, children_of } from "./children";
import { PromptView } from "./prompt_view";
import { arguments_of, risk_of, step_name, text_of_step } from "./step_words";

/// One step in full.
export function StepDrawer({ run, step, steps, on_close, on_fork }: { run: Run; step: Step; steps: readonly Step[]; on_close: () => void; on_fork?: (() => void) | undefined }) {
  const text = step.kind === "model" ? text_of_step(step) : "";
  return (
    <aside class="drawer" aria-label={`Step ${step.seq}`}>
      <header>
        <div class="row"><span class="label">Step {step.seq} of {steps.length}</span><Button kind="quiet" small icon="x" label="Close" onClick={on_close} /></div>
        <h2 class={step.kind === "tool" ? "mono" : ""}>{step_name(step)}</h2>
        <div class="btns"><CopyButton text={pretty(step)} label="Copy as JSON" />{on_fork && <Button small server icon="fork" onClick={on_fork}>Fork from here…</Button>}</div>
      </header>
      <section>
        {step.state === "unknown" && <div class="notice notice--hatch"><p><b>Outcome unknown.</b> The call had begun when the server stopped, and no result was written. It was not repeated; the model was told so.</p></div>}
        <dl class="facts">
          {step.kind === "model" && <><dt>Model</dt><dd class="mono">{step.name ?? "unknown"}</dd></>}
          <dt>Begun</dt><dd title={full_time(step.started_at)}>{clock_ms(step.started_at)}</dd>
          <dt>Done</dt><dd>{step.ended_at ? <>{clock_ms(step.ended_at)} <span class="faint">after {duration(ms_between(step.started_at, step.ended_at))}</span></> : <span class="faint">{step.state === "begun" ? "not yet" : "never recorded"}</span>}</dd>
          {step.kind === "model" && step.input_tokens !== null && <><dt>Tokens</dt><dd>{count(step.input_tokens)} in, {count(step.output_tokens ?? 0)} out</dd></>}
          {risk_of(step) && <><dt>Risk</dt><dd>{risk_of(step)}{risk_of(step) !== "read" && <span class="faint"> (so never repeated unasked)</span>}</dd></>}
          {step.kind === "model" && step.state === "done" && <><dt>Cost</dt><dd>{step.cost_usd === null ? <span class="faint">unknown: the model has no price</span> : step.cost_usd === 0 ? "free" : money(step.cost_usd)}</dd></>}
        </dl>
      </section>
      {children_of(step).length > 0 && <section><h3>{step.state === "begun" ? "Waits for" : "Waited for"}</h3><ChildLinks children={children_of(step)} /></section>}
      {text && <section><h3>What it said</h3><Code title="Text" text={text} /></section>}
      <section><h3>{step.kind === "tool" ? "Arguments" : "What it was told"}</h3>{step.kind === "model" ? <PromptView run={run} step={step} steps={steps} /> : step.input === null || step.input === undefined ? <p class="faint">Nothing was recorded.</p> : <Json title="Input" value={arguments_of(step)} />}</section>
      <section><h3>{step.kind === "tool" ? "What the model was told" : "Its answer"}</h3>{step.output === null || step.output === undefined ? <p class="faint">{step.state === "begun" ? "Not there yet." : "Nothing was recorded."}</p> : <Json title="Output" value={step.output} />}</section>
    </aside>
  );
}

/// How the run came to be: what stands before its first step.
export function StartDrawer({ run, on_close }: { run: Run; on_close: () => void }) {
  return (
    <aside class="drawer" aria-label="Start of the run">
      <header><div class="row"><span class="label">Start</span><Button kind="quiet" small icon="x" label="Close" onClick={on_close} /></div><h2>{started_by(run)}</h2></header>
      <section>
        <dl class="facts">
          <dt>Queued</dt><dd title={full_time(run.queued_at)}>{clock_ms(run.queued_at)}</dd>
          <dt>Started</dt><dd>{run.started_at ? <>{clock_ms(run.started_at)} <span class="faint">after {duration(ms_between(run.queued_at, run.started_at))}</span></> : <span class="faint">{run.why_waiting ?? "not yet"}</span>}</dd>
          <dt>Run</dt><dd class="mono">{run.id}</dd>
          {run.parent && <><dt>Waited for by</dt><dd><a href={`/runs/${run.parent.run_id}${run.parent.seq ? `?step=${run.parent.seq}` : ""}`}>the run that started it</a></dd></>}
          {run.trigger && <><dt>Event</dt><dd class="mono">{run.trigger.event_id}</dd></>}
          {run.trace_id && <><dt>Trace</dt><dd class="mono">{run.trace_id}</dd></>}
        </dl>
      </section>
      {run.message && <section><h3>Message</h3><Code title="Message" text={run.message} /></section>}
    </aside>
  );
}
