import { api, type Run } from "../../api";
import { Button } from "../../components/button";
import { Mark } from "../../components/icon";
import { FormError } from "../../components/notice";
import { Time } from "../../components/time";
import { useAct } from "../../lib/act";
import { plural } from "../../lib/format";

/// How often the run failed inside the server; where it was put aside for that, the way to have it tried again.
export function Crashes({ run, crashes, on_tried }: { run: Run; crashes: NonNullable<Run["crashes"]>; on_tried: () => void }) {
  const act = useAct();
  const aside = run.status === "error" && crashes.at(-1)?.error != null;
  const failed = crashes.filter((c) => c.error !== null).length;
  return (
    <div class={`notice ${aside ? "notice--bad" : "notice--hatch"}`} role="status">
      <Mark name={aside ? "restart" : "unknown"} />
      <div class="grow">
        <p><b>{aside ? "Put aside." : `It failed inside the server ${plural(failed, "time", "times")}.`}</b> {aside ? `It failed inside the server ${plural(failed, "time", "times")} and is not taken up again by itself. Everything else goes on. Tried again, it goes on behind its last completed step.` : "It was taken up again behind its last completed step."}</p>
        <ul class="plain-list">{crashes.map((c) => <li key={c.at + c.step}><span class="faint"><Time at={c.at} /></span> {c.error === null ? <>tried again by {c.tried_by}</> : <>{c.step === 0 ? "before its first step" : `after step ${c.step}`}: <span class="break">{c.error}</span></>}</li>)}</ul>
        <FormError error={act.error} />
      </div>
      {aside && <Button small server busy={act.busy} icon="rerun" onClick={() => void act.run(() => api.try_again(run.id)).then(on_tried)}>Try again</Button>}
    </div>
  );
}
