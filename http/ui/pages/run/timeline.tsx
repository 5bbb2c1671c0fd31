import { useRef } from "preact/hooks";
import type { Run, Step } from "../../api";
import { Icon, Mark } from "../../components/icon";
import { is_active, started_by } from "../../components/run_state";
import { duration, money, ms_between, tokens } from "../../lib/format";
import { useRowKeys } from "../../lib/keys";
import { is_copied, step_name, step_words } from "./step_words";

interface Props { run: Run; steps: readonly Step[]; now: number; selected: number | null }

const ms = (iso: string) => new Date(iso).getTime();

/// A share of the axis as custom properties; CSSOM, because the CSP forbids style attributes.
const bar = (x: number, w: number) => ({ "--x": x.toFixed(4), "--w": Math.max(0, w).toFixed(4) });

/// The right end of the axis: a round number of the unit above what is known.
function axis_end(length: number): number {
  const step = 10 ** Math.floor(Math.log10(Math.max(length, 40) / 4));
  return Math.ceil(Math.max(length, 40) / (step * 2)) * step * 2;
}
const axis_label = (at: number, end: number) => (end >= 90_000 ? `${+(at / 60_000).toFixed(1)}` : end >= 4000 ? `${+(at / 1000).toFixed(1)}` : `${+(at / 1000).toFixed(2)}`);

function StepMark({ step }: { step: Step }) {
  if (step.state === "unknown") return <Mark name="unknown" word="outcome unknown" />;
  if (step.state === "begun") return <Mark name="run" word="running" />;
  const failed = (step.output as { success?: unknown } | null)?.success === false;
  if (failed) return <Mark name="bad" word="failed" />;
  return <Icon name={step.kind === "model" ? "model" : "tool"} />;
}

function Row({ run, step, start, span, now, selected }: { run: Run; step: Step; start: number; span: number; now: number; selected: boolean }) {
  const from = ms(step.started_at);
  const open = step.state === "begun";
  const until = step.ended_at ? ms(step.ended_at) : open && !run.ended_at ? now : run.ended_at ? ms(run.ended_at) : from;
  const kind = step.state === "unknown" ? "unknown" : (step.output as { success?: unknown } | null)?.success === false ? "bad" : step.kind;
  const copied = is_copied(step);
  const used = (step.input_tokens ?? 0) + (step.output_tokens ?? 0);
  return (
    <li class={step.kind === "tool" ? "nested" : ""}>
      <a href={`/runs/${run.id}?step=${step.seq}`} data-row aria-current={selected ? "step" : undefined}>
        <span class="seq">{step.seq}</span>
        <StepMark step={step} />
        <span class="what"><b class={step.kind === "tool" ? "mono" : ""}>{step_name(step)}</b><span class="faint clip">{step_words(step)}</span></span>
        <span class="num">{copied ? <span class="faint">copied</span> : step.state === "unknown" ? "unknown" : duration(until - from)}</span>
        <span class="num faint tok">{used > 0 ? tokens(used) : ""}</span>
        <span class="num faint cost">{copied || step.kind === "tool" || step.state === "begun" ? "" : step.cost_usd === null ? "unknown" : step.cost_usd === 0 ? "free" : money(step.cost_usd)}</span>
        <span class="wf" aria-hidden="true">{!copied && <i class={`${kind}${open && !run.ended_at ? " now" : ""}`} style={bar((from - start) / span, (until - from) / span)} />}</span>
      </a>
    </li>
  );
}

/// Every step on one axis of time, with the wait before the first.
export function Timeline({ run, steps, now, selected }: Props) {
  const box = useRef<HTMLElement>(null);
  useRowKeys(box);
  const start = ms(run.queued_at);
  const end = run.ended_at ? ms(run.ended_at) : now;
  const span = axis_end(end - start);
  const waited = ms_between(run.queued_at, run.started_at ?? end);
  const marks = [0, 0.25, 0.5, 0.75, 1];
  return (
    <section class="panel bleed steps-box" aria-labelledby="steps-head" ref={box}>
      <header>
        <h2 id="steps-head">{steps.length === 1 ? "1 step" : `${steps.length} steps`}</h2>
        <div class="legend not-phone" aria-hidden="true"><span><i class="k1" />Model</span><span><i class="k2" />Tool</span><span><i class="kh" />Waiting or unknown</span></div>
      </header>
      <div class="steps">
        <div class="axis" aria-hidden="true">
          <span /><span /><span>Step</span><span class="num">Time</span><span class="num tok">Tokens</span><span class="num">Cost</span>
          <span class="scale">{marks.map((m) => <span key={m} style={{ "--x": m }}>{axis_label(m * span, span)}{m === 0 ? (span >= 90_000 ? " min" : " s") : ""}</span>)}</span>
        </div>
        <ol>
          <li>
            <a href={`/runs/${run.id}?step=0`} data-row aria-current={selected === 0 ? "step" : undefined}>
              <span class="seq" />{run.started_at ? <Icon name={run.trigger?.kind === "webhook" ? "hook" : run.kind === "chat" ? "chat" : "user"} /> : <Mark name="wait" word="waiting" />}
              <span class="what"><b>{started_by(run)}</b><span class="faint clip">{run.why_waiting ?? run.message ?? ""}</span></span>
              <span class="num">{duration(waited)}</span><span class="num faint tok" /><span class="num faint cost" />
              <span class="wf" aria-hidden="true"><i class="wait" style={bar(0, waited / span)} /></span>
            </a>
          </li>
          {steps.map((s) => [
            <Row key={s.seq} run={run} step={s} start={start} span={span} now={now} selected={selected === s.seq} />,
            s.state === "unknown" && <li key={`${s.seq}r`} class="mark"><Mark name="restart" /><span>The server stopped during step {s.seq}. The steps before it were kept; the run went on here.</span></li>,
          ])}
        </ol>
        {steps.length === 0 && !is_active(run.status) && <p class="pad dim">It ended before its first step.</p>}
      </div>
    </section>
  );
}
