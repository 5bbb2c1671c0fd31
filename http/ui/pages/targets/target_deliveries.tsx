import { api, type Sending, type Target } from "../../api";
import { Button } from "../../components/button";
import { Loaded } from "../../components/loaded";
import { MoreRows } from "../../components/more_rows";
import { FormError } from "../../components/notice";
import { Time } from "../../components/time";
import { useAct } from "../../lib/act";
import { plural } from "../../lib/format";
import { usePaged } from "../../lib/paged";

const kinds: Record<string, string> = { "run.finished": "the end of a run", message: "a message", test: "a test" };

function Row({ d, busy, on_again }: { d: Sending; busy: boolean; on_again: (d: Sending) => void }) {
  const what = kinds[d.type] ?? d.type;
  return (
    <li>
      <div class="head-row">
        <Time at={d.created_at} />
        {d.run_id ? <a href={`/runs/${d.run_id}`}>{what}</a> : <span>{what}</span>}
        <span class="grow" />
        {d.state === "sent" && <span class="faint">delivered</span>}
        {d.state === "waiting" && <span class="faint">{d.attempts === 0 ? "goes out" : <>tried {plural(d.attempts, "time")}, again <Time at={d.next_at!} /></>}</span>}
        {d.state === "dead" && <Button small server busy={busy} onClick={() => on_again(d)}>Send again<span class="vh"> what was made {d.created_at}</span></Button>}
      </div>
      {d.last_error && <p class={d.state === "dead" ? "is-bad break" : "faint break"}>{d.state === "dead" && `Given up after ${plural(d.attempts, "try", "tries")}: `}{d.last_error}</p>}
    </li>
  );
}

/// What went to a target, or is to go, newest first.
export function TargetDeliveries({ target, sent }: { target: Target; sent: number }) {
  const list = usePaged(`sent ${target.id} ${sent}`, (limit, before, s) => api.target_deliveries(target.id, limit, before, s), 2000);
  const act = useAct();
  const again = (d: Sending) => void act.run(async () => { await api.send_again(d.id); list.first.reload(); });
  return (
    <section>
      <h3>Deliveries</h3>
      <FormError error={act.error} />
      <Loaded of={list.first} what="the deliveries">
        {() => (list.rows.length === 0 ? <p class="dim">Nothing has been sent yet.</p> : <ul class="plain-list stack gap-5">{list.rows.map((d) => <Row key={d.id} d={d} busy={act.busy} on_again={again} />)}</ul>)}
      </Loaded>
      <MoreRows of={list} />
    </section>
  );
}
