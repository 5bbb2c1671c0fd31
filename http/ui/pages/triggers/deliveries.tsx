import { useState } from "preact/hooks";
import { api, type Delivery, type Webhook } from "../../api";
import { Button } from "../../components/button";
import { Loaded } from "../../components/loaded";
import { MoreRows } from "../../components/more_rows";
import { FormError } from "../../components/notice";
import { RunState } from "../../components/run_state";
import { Time } from "../../components/time";
import { useAct } from "../../lib/act";
import { bytes } from "../../lib/format";
import { usePaged } from "../../lib/paged";

function Row({ d, busy, on_again }: { d: Delivery; busy: boolean; on_again: (d: Delivery) => void }) {
  return (
    <li>
      <div class="head-row">
        <Time at={d.received_at} />
        {d.run_id && d.run_status ? <a href={`/runs/${d.run_id}`}><RunState status={d.run_status} /></a> : <span class="faint">{d.run_id ? "its run is deleted" : d.outcome}</span>}
        <span class="grow" />
        {d.run_id && d.run_status && <Button small server busy={busy} onClick={() => on_again(d)}>Run again<span class="vh"> with the delivery of {d.received_at}</span></Button>}
      </div>
      <p class="faint break">{d.excerpt || "No body."} <span class="nowrap">({bytes(d.bytes)})</span></p>
    </li>
  );
}

/// What came to a webhook, newest first, and what became of it.
export function Deliveries({ hook }: { hook: Webhook }) {
  const list = usePaged(`deliveries ${hook.id}`, (limit, before, s) => api.webhook_deliveries(hook.id, limit, before, s), 5000);
  const act = useAct();
  const [run, set_run] = useState<string | null>(null);
  const again = (d: Delivery) => void act.run(async () => { set_run((await api.rerun(d.run_id!)).run_id); });
  return (
    <section>
      <div class="head-row"><h3>Deliveries</h3><span class="grow" /><a href={`/events?source=webhook&of=${hook.id}`}>all of them</a></div>
      <FormError error={act.error} />
      {run && <p role="status">It runs again with the same input, and the agent as it is now. <a href={`/runs/${run}`}>Watch the run</a></p>}
      <Loaded of={list.first} what="the deliveries">
        {() => (list.rows.length === 0 ? <p class="dim">Nothing has come yet.</p> : <ul class="plain-list stack gap-5">{list.rows.map((d) => <Row key={d.id} d={d} busy={act.busy} on_again={again} />)}</ul>)}
      </Loaded>
      <MoreRows of={list} />
    </section>
  );
}
