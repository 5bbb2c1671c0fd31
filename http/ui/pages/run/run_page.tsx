import { useState } from "preact/hooks";
import { api, type Run, type Step } from "../../api";
import { Answer } from "../../components/answer";
import { Button } from "../../components/button";
import { Mark } from "../../components/icon";
import { Loaded } from "../../components/loaded";
import { FormError } from "../../components/notice";
import { Page, Scroll } from "../../components/page";
import { is_active, run_name, RunState } from "../../components/run_state";
import { useNow } from "../../components/time";
import { useAct } from "../../lib/act";
import { engine } from "../../lib/engine";
import { short_time } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { navigate, url } from "../../lib/router";
import { Crashes } from "./crashes";
import { ChildLinks, children_of } from "./children";
import { ForkDialog } from "./fork_dialog";
import { RunFigures } from "./run_figures";
import { StartDrawer, StepDrawer } from "./step_drawer";
import { Timeline } from "./timeline";
import { useLiveRun } from "./use_live_run";

const run_help = [{ keys: "S", what: "stop the run" }, { keys: "Esc", what: "close the step" }] as const;

function crumbs_of(run: Run | undefined) {
  if (!run) return <><a href="/runs">Runs</a><span aria-hidden="true">/</span></>;
  const up = run.kind === "chat" ? "/runs" : "/agents";
  const of = run.kind === "chat" ? (run.conversation_id ? `/chat/${run.conversation_id}` : null) : run.agent_id && run.agent_name ? `/agents/${run.agent_id}` : null;
  return (
    <>
      <a class="not-phone" href={up}>{run.kind === "chat" ? "Runs" : "Agents"}</a><span class="not-phone" aria-hidden="true">/</span>
      {of ? <a href={of}>{run_name(run)}</a> : <span>{run_name(run)}</span>}<span aria-hidden="true">/</span>
    </>
  );
}

/// One run, step by step, live while it goes on.
export function RunPage({ id }: { id: string }) {
  const live = useLiveRun(id);
  const act = useAct();
  const run = live.run.data;
  const active = run !== undefined && is_active(run.status);
  const now = useNow(active ? 500 : 60_000);
  const [forking, set_forking] = useState<Step | null>(null);
  const query = url.value.searchParams.get("step");
  const selected = query === null ? null : Number(query);
  const close = () => navigate(`/runs/${id}`, "replace");
  const stop = () => { if (active) void act.run(() => api.stop_run(id)).then(() => live.run.reload()); };
  const again = () => void act.run(async () => {
    const { run_id } = await api.rerun(id);
    navigate(`/runs/${run_id}`);
  });
  useKeys({ s: stop, Escape: close }, run_help);
  const step = live.steps.data?.find((s) => s.seq === selected);
  const drawer = run !== undefined && (selected === 0 || step !== undefined);
  const repeatable = run && !active && run.kind === "agent" && run.agent_id && run.agent_name;
  return (
    <Page
      title={run ? `Run ${short_time(run.queued_at)}` : "Run"} crumbs={crumbs_of(run)} scene={drawer ? "detail" : undefined}
      badge={run && <span class={`badge ${run.status === "running" ? "badge--live" : run.status === "error" ? "badge--bad" : run.status === "waiting" ? "badge--warn" : ""}`}><RunState status={run.status} /></span>}
      actions={<>
        {repeatable && <a class="btn btn--sm" href={`/compare?a=${run.copy_of?.run_id ?? id}${run.copy_of ? `&b=${id}` : ""}`}>Compare</a>}
        {repeatable && <Button small server busy={act.busy} icon="rerun" onClick={again}>Run again</Button>}
        {active && <Button kind="danger" small server busy={act.busy} icon="stop" keys="S" onClick={stop}>Stop</Button>}
      </>}
    >
      <div class={drawer ? "split" : "split split--one"}>
        <Scroll label="Run">
          <FormError error={act.error} />
          <Loaded of={live.run} what="the run" unaffected="The run itself is not affected.">
            {(it) => <Content run={it} steps={live.steps.data ?? []} text={live.text} now={now} selected={selected} on_tried={live.run.reload} />}
          </Loaded>
          {live.steps.error && live.run.data && <Loaded of={live.steps} what="the steps">{() => null}</Loaded>}
        </Scroll>
        {run && selected === 0 && <StartDrawer run={run} on_close={close} />}
        {step && <StepDrawer run={run!} step={step} steps={live.steps.data ?? []} on_close={close} on_fork={run?.kind === "agent" && run.agent_name && step.kind === "model" ? () => set_forking(step) : undefined} />}
      </div>
      {run && forking && <ForkDialog run={run} step={forking} on_close={() => set_forking(null)} />}
    </Page>
  );
}

/// The steps and, while the model is at work on one that is not recorded yet, that one.
function with_present(run: Run, steps: readonly Step[], text: string): readonly Step[] {
  if (run.status !== "running" || engine.value?.paused || steps.some((s) => s.state === "begun")) return steps;
  const last = steps.at(-1);
  const present: Step = {
    seq: (last?.seq ?? 0) + 1, kind: "model", state: "begun", name: null, input: null, output: { text }, input_tokens: null, output_tokens: null, cost_usd: null,
    started_at: last?.ended_at ?? run.started_at ?? run.queued_at, ended_at: null,
  };
  return [...steps, present];
}

function Content({ run, steps, text, now, selected, on_tried }: { run: Run; steps: readonly Step[]; text: string; now: number; selected: number | null; on_tried: () => void }) {
  const active = is_active(run.status);
  const waited_for = steps.filter((s) => s.state === "begun").flatMap(children_of);
  return (
    <>
      {active && engine.value?.paused && <div class="notice notice--warn" role="status"><Mark name="hand" /><p><b>Everything is paused.</b> The run stands still and goes on after Resume.</p></div>}
      {run.status === "waiting" && waited_for.length > 0 && <div class="notice" role="status"><Mark name="wait" /><div><p><b>{run.why_waiting}</b> It holds no place meanwhile.</p><ChildLinks children={waited_for} /></div></div>}
      {run.status === "waiting" && waited_for.length === 0 && run.conversation_id && <div class="notice notice--warn"><Mark name="hand" /><p><b>It waits for your answer.</b> {run.why_waiting}</p><a class="btn btn--sm" href={`/chat/${run.conversation_id}`}>Go to the question</a></div>}
      {run.status === "queued" && run.why_waiting && <div class="notice" role="status"><Mark name="wait" /><p><b>Waiting.</b> {run.why_waiting}</p></div>}
      {run.crashes && run.crashes.length > 0 && <Crashes run={run} crashes={run.crashes} on_tried={on_tried} />}
      {run.error && <div class="notice notice--bad" role="alert"><Mark name="bad" word="Problem:" /><p><b>The run failed.</b> {run.error} What its steps did until then stays done.</p></div>}
      {run.copy_of && <p class="dim">{run.copy_of.seq ? <>Forked from <a href={`/runs/${run.copy_of.run_id}?step=${run.copy_of.seq}`}>another run at step {run.copy_of.seq}</a>: the steps before it were copied, and not done again.</> : <>It repeats <a href={`/runs/${run.copy_of.run_id}`}>another run</a> with the same input.</>}</p>}
      <RunFigures run={run} steps={steps} now={now} />
      <Timeline run={run} steps={with_present(run, steps, text)} now={now} selected={selected} />
      {active && text && <section class="panel bleed" aria-labelledby="now-head"><header><h2 id="now-head">Being written</h2></header><div class="pad"><Answer text={text} writing /></div></section>}
      {run.result && <section class="panel bleed" aria-labelledby="result-head"><header><h2 id="result-head">Result</h2></header><div class="pad"><Answer text={run.result} /></div></section>}
    </>
  );
}
