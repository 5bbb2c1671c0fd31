import { engine, engine_error, set_paused, stood_still } from "../lib/engine";
import { useAct } from "../lib/act";
import { useKeys } from "../lib/keys";
import { plural } from "../lib/format";
import { is_admin } from "../lib/session";
import { Button } from "./button";
import { Mark } from "./icon";

const most_slots = 12; // boxes; more places than that are not told apart on 200 px
const key_help = [{ keys: "P", what: "pause or resume all runs" }] as const;

/// Places, queue and the kill switch, on every page.
export function EngineBox() {
  const act = useAct();
  const now = engine.value;
  const toggle = () => { if (now && is_admin()) void act.run(() => set_paused(!now.paused)); };
  useKeys({ p: toggle }, is_admin() ? key_help : []);
  if (!now) {
    return <div class="engine">{engine_error.value ? <p>{engine_error.value.message}</p> : <span class="skel" />}</div>;
  }
  const { running, asking, waiting_for_runs = 0, queued, max_concurrent } = now.queue;
  const places = max_concurrent > 0 ? Math.min(max_concurrent, most_slots) : Math.min(Math.max(running, 1), most_slots);
  const waiting = Math.min(queued, most_slots - Math.min(places, most_slots - 1));
  const stale = Date.now() - now.read_at > 15_000;
  return (
    <div class={`engine${now.paused ? " engine--paused" : ""}`} role="group" aria-label="Engine">
      <div class="row">
        {now.paused ? <Mark name="hand" /> : running > 0 ? <Mark name="run" /> : <Mark name="idle" />}
        <span>{now.paused ? "Everything is paused" : running === 0 ? "Nothing is running" : max_concurrent > 0 ? `${running} of ${max_concurrent} running` : `${running} running`}</span>
      </div>
      <div class="slots" aria-hidden="true">
        {Array.from({ length: places }, (_, i) => <i key={i} class={now.paused ? "q" : i < running ? "on" : ""} />)}
        {Array.from({ length: waiting }, (_, i) => <i key={`q${i}`} class="q" />)}
      </div>
      <p>{now.paused ? `${plural(running, "stands", "stand")} still, ${plural(queued, "waits", "wait")}` : queued > 0 ? <a href="/queue">{plural(queued, "run waits", "runs wait")}</a> : "No run waits"}{stale && ", not sure any more"}</p>
      {now.paused && stood_still() && <p class="faint">{stood_still()}</p>}
      {waiting_for_runs > 0 && <p class="faint">{plural(waiting_for_runs, "waits for sub-agents", "wait for sub-agents")}</p>}
      {asking > 0 && <p class="is-warn">{plural(asking, "waits for an answer", "wait for an answer")}</p>}
      {act.error && <p class="is-bad" role="alert">{act.error.message}</p>}
      {is_admin() && (
        <Button small server busy={act.busy} icon={now.paused ? "play" : "pause"} keys="P" onClick={toggle}><span>{now.paused ? "Resume" : "Pause all runs"}</span></Button>
      )}
    </div>
  );
}
