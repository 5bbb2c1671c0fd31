import { useRef, useState } from "preact/hooks";
import { api, type Queue, type QueuedRun } from "../../api";
import { Button } from "../../components/button";
import { ConfirmDialog } from "../../components/dialog";
import { Filter, NothingFound } from "../../components/filter";
import { Loaded } from "../../components/loaded";
import { Empty } from "../../components/notice";
import { Page, Scroll } from "../../components/page";
import { run_name, started_by } from "../../components/run_state";
import { Age } from "../../components/time";
import { count, plural } from "../../lib/format";
import { useRowKeys } from "../../lib/keys";
import { useResource } from "../../lib/resource";
import { is_admin, me } from "../../lib/session";

const most_shown = 500; // the server answers the oldest of them

function lead(q: Queue) {
  const places = q.max_concurrent > 0 ? `${q.running} of ${plural(q.max_concurrent, "place")} ${q.running === 1 ? "is" : "are"} taken` : q.running === 0 ? "Nothing is running" : `${plural(q.running, "run goes", "runs go")} on, with no limit`;
  const away = [
    ...(q.asking > 0 ? [`${plural(q.asking, "run waits", "runs wait")} for an answer`] : []),
    ...(q.waiting_for_runs ? [`${plural(q.waiting_for_runs, "waits", "wait")} for sub-agents`] : []),
  ];
  return (
    <p class="lead">
      {places}. {q.queued === 0 ? "No run waits to begin." : `${plural(q.queued, "run waits", "runs wait")} to begin.`}
      {away.length > 0 && <em> {away.join(", ")}, and {q.asking + (q.waiting_for_runs ?? 0) === 1 ? "holds" : "hold"} no place.</em>}
    </p>
  );
}

const name_of = (run: QueuedRun) => run_name({ agent_name: run.agent_name, kind: run.kind });
const cause_of = (run: QueuedRun) => {
  const word = started_by({ kind: run.kind, parent: run.parent_run_id, trigger: run.trigger_kind ? { kind: run.trigger_kind } : null });
  return word === "By hand" && run.autonomous ? "API key" : word;
};

function Rows({ runs, on_stop }: { runs: readonly QueuedRun[]; on_stop: (run: QueuedRun) => void }) {
  const box = useRef<HTMLElement>(null);
  useRowKeys(box);
  const for_whom = is_admin();
  return (
    <section class="panel bleed" aria-label="Runs that wait, in the order they begin" ref={box}>
      <div class="table-wrap"><table class="table table--two">
        <thead><tr>
          <th scope="col">Run</th><th scope="col">Why it waits</th>{for_whom && <th scope="col" class="not-phone">For</th>}
          <th scope="col" class="not-phone">Started by</th><th scope="col" class="num">Since</th><td />
        </tr></thead>
        <tbody>{runs.map((r) => (
          <tr key={r.run_id}>
            <th scope="row"><a class="name" data-row href={`/runs/${r.run_id}`}>{name_of(r)}</a>{!r.autonomous && <span class="sub">a person waits for it: it comes first</span>}<span class="sub only-phone">{cause_of(r)}</span></th>
            <td class="dim">{r.why}</td>
            {for_whom && <td class="not-phone">{r.owner ?? <span class="faint">the system</span>}{r.owner === me.value?.username && <span class="faint"> you</span>}</td>}
            <td class="not-phone dim">{cause_of(r)}</td>
            <td class="num faint"><Age from={r.queued_at} /></td>
            <td class="num"><Button small icon="stop" onClick={() => on_stop(r)}><span class="not-phone">Stop</span><span class="vh"> {name_of(r)}</span></Button></td>
          </tr>
        ))}</tbody>
      </table></div>
    </section>
  );
}

/// What waits to begin, and why; renewed by itself.
export function QueuePage() {
  const queue = useResource("queue", (s) => api.queue(s), 2000);
  const [find, set_find] = useState("");
  const [over, set_over] = useState<QueuedRun | null>(null);
  const limits = is_admin() ? <a class="btn" href="/settings/engine">Change the limits</a> : undefined;
  return (
    <Page title="Queue" actions={is_admin() && <a class="btn btn--sm" href="/settings/engine">Limits</a>}>
      <Scroll label="Queue">
        <Loaded of={queue} what="the queue" unaffected="What waits goes on waiting, and begins when it may.">
          {(q) => {
            const found = q.waiting.filter((r) => `${name_of(r)} ${r.owner ?? ""} ${r.why}`.toLowerCase().includes(find.toLowerCase()));
            return (
              <>
                {lead(q)}
                {q.waiting.length === 0 ? (
                  <Empty title="No run waits" action={<><a class="btn btn--primary" href="/runs">See all runs</a>{limits}</>}>
                    <p>A run waits here when all places are taken, an hour’s limit is reached, its agent has as many as it may, or everything is paused. Chats and runs by hand come first; who has the fewest runs comes before who has many.</p>
                  </Empty>
                ) : (
                  <>
                    <div class="toolbar"><Filter label="Filter the queue" hint="Filter by agent, user or reason" value={find} on_change={set_find} /></div>
                    {found.length === 0 ? <NothingFound on_clear={() => set_find("")} /> : <Rows runs={found} on_stop={set_over} />}
                    {q.queued > most_shown && <p class="faint">The first {count(most_shown)} of {count(q.queued)}.</p>}
                  </>
                )}
              </>
            );
          }}
        </Loaded>
      </Scroll>
      {over && (
        <ConfirmDialog title={`Stop “${name_of(over)}” before it begins?`} keep="Let it wait" act="Stop it" on_close={() => set_over(null)} on_act={async () => { await api.stop_run(over.run_id); queue.reload(); }}>
          <p>It leaves the queue and does not begin. What it was started by is kept with the run.</p>
        </ConfirmDialog>
      )}
    </Page>
  );
}
