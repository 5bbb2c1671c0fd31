import { useState } from "preact/hooks";
import { api } from "../../api";
import { Button } from "../../components/button";
import { Json } from "../../components/code";
import { Loaded } from "../../components/loaded";
import { FormError } from "../../components/notice";
import { Time } from "../../components/time";
import { useAct } from "../../lib/act";
import { useResource } from "../../lib/resource";
import { sources } from "./events_page";

/// One event: all that came, what became of it, and a button that runs it again.
export function EventDrawer({ id, on_close, on_replayed }: { id: string; on_close: () => void; on_replayed: (run_id: string) => void }) {
  const event = useResource(`event ${id}`, (s) => api.event(id, s));
  const agents = useResource("agents", (s) => api.agents(s));
  const act = useAct();
  const [agent, set_agent] = useState<string | null>(null);
  const chosen = agent ?? event.data?.agent_id ?? "";
  const replay = () => void act.run(async () => on_replayed((await api.replay_event(id, chosen || undefined)).run_id));
  return (
    <aside class="drawer" aria-label="Event">
      <header>
        <div class="row"><span class="label">Event</span><Button kind="quiet" small icon="x" label="Close" onClick={on_close} /></div>
        <h2>{event.data?.source_name || "Event"}</h2>
      </header>
      <section>
        <Loaded of={event} what="the event">
          {(e) => (
            <div class="stack gap-5">
              <dl class="facts">
                <dt>Came</dt><dd><Time at={e.received_at} /></dd>
                <dt>Source</dt><dd>{sources[e.source] ?? e.source}</dd>
                <dt>Became</dt><dd class="break">{e.run_id ? <a href={`/runs/${e.run_id}`}>a run</a> : e.outcome}</dd>
                {e.content_type && <><dt>Type</dt><dd class="mono break">{e.content_type}</dd></>}
              </dl>
              <div class="head-row">
                <select class="select grow" aria-label="Agent" value={chosen} onChange={(x) => set_agent(x.currentTarget.value)}>
                  <option value="">Choose an agent</option>
                  {agents.data?.map((a) => <option key={a.id} value={a.id}>{a.name}</option>)}
                </select>
                <Button server busy={act.busy} disabled={!chosen} icon="play" onClick={replay}>Replay</Button>
              </div>
              <p class="dim">A new run gets what came, as data, and the agent as it is now.</p>
              <FormError error={act.error} />
              {e.body && <Json title="Body" value={e.body} />}
              {e.request !== null && <Json title="Beside the body" value={e.request} />}
            </div>
          )}
        </Loaded>
      </section>
    </aside>
  );
}
