import { useState } from "preact/hooks";
import { api, type LedgerRow } from "../../api";
import { Button } from "../../components/button";
import { Loaded } from "../../components/loaded";
import { MoreRows } from "../../components/more_rows";
import { Empty } from "../../components/notice";
import { Page, Scroll } from "../../components/page";
import { RunState } from "../../components/run_state";
import { Time } from "../../components/time";
import { useKeys } from "../../lib/keys";
import { usePaged } from "../../lib/paged";
import { navigate, set_query, url } from "../../lib/router";
import { EventDrawer } from "./event_drawer";

export const sources: Record<string, string> = { webhook: "Webhook", telegram: "Telegram", schedule: "Schedule", task: "Task" };
const outcomes: readonly (readonly [string, string])[] = [["", "Whatever came of it"], ["run", "Started a run"], ["ignored", "Ignored"], ["failed", "Failed"], ["waiting", "Waits"], ["missed", "Missed"]];

function Outcome({ e }: { e: LedgerRow }) {
  if (e.run_id && e.run_status) return <a href={`/runs/${e.run_id}`}><RunState status={e.run_status} /></a>;
  return <span class="faint break">{e.run_id ? "its run is deleted" : e.outcome}</span>;
}

/// What came to the triggers, and what became of it.
export function EventsPage() {
  const query = url.value.searchParams;
  const source = query.get("source") ?? "";
  const outcome = query.get("outcome") ?? "";
  const of = query.get("of") ?? "";
  const selected = query.get("id");
  const list = usePaged(`events ${source} ${outcome} ${of}`, (limit, before, s) => api.events({ source, outcome, source_id: of }, limit, before, s), 4000);
  const [replayed, set_replayed] = useState<string | null>(null);
  const close = () => set_query("id", null);
  useKeys({ Escape: close }, [{ keys: "Esc", what: "close the event" }]);
  const filtered = source !== "" || outcome !== "" || of !== "";
  return (
    <Page title="Events" scene={selected ? "detail" : undefined}>
      <div class={selected ? "split" : "split split--one"}>
        <Scroll label="Events">
          <p class="lead">Everything that came to your triggers. <em>Each event starts one run, or says why it did not.</em></p>
          <div class="toolbar" role="search" aria-label="Which events are shown">
            <select class="select" aria-label="Source" value={source} onChange={(e) => set_query("source", e.currentTarget.value || null)}>
              <option value="">All sources</option>{Object.entries(sources).map(([value, name]) => <option key={value} value={value}>{name}</option>)}
            </select>
            <select class="select" aria-label="Outcome" value={outcome} onChange={(e) => set_query("outcome", e.currentTarget.value || null)}>
              {outcomes.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
            </select>
            {of && <span class="badge badge--live">one trigger</span>}
            {filtered && <Button kind="quiet" small icon="x" onClick={() => navigate("/events", "replace")}>Clear</Button>}
          </div>
          {replayed && <p role="status">It runs again. <a href={`/runs/${replayed}`}>Watch the run</a></p>}
          <Loaded of={list.first} what="the events" unaffected="Triggers go on taking in what arrives.">
            {() => (list.rows.length === 0
              ? <Empty title={filtered ? "No such events" : "Nothing has come yet"}><p>{filtered ? "Another source or outcome may have some." : "Webhooks, Telegram messages and the times of schedules stand here as they come."}</p></Empty>
              : (
                <section class="panel bleed" aria-label="All events"><div class="table-wrap"><table class="table table--two">
                  <thead><tr><th scope="col">Came</th><th scope="col">Source</th><th scope="col" class="not-phone">What</th><th scope="col">Became</th></tr></thead>
                  <tbody>{list.rows.map((e) => (
                    <tr key={e.id} aria-selected={e.id === selected}>
                      <th scope="row"><a class="name" data-row href={`/events?${new URLSearchParams({ ...(source && { source }), ...(outcome && { outcome }), ...(of && { of }), id: e.id })}`}><Time at={e.received_at} /></a></th>
                      <td>{sources[e.source] ?? e.source}<span class="sub">{e.source_name}</span></td>
                      <td class="not-phone"><span class="clip faint">{e.excerpt}</span></td>
                      <td><Outcome e={e} /></td>
                    </tr>
                  ))}</tbody>
                </table></div></section>
              ))}
          </Loaded>
          <MoreRows of={list} />
        </Scroll>
        {selected && <EventDrawer key={selected} id={selected} on_close={close} on_replayed={set_replayed} />}
      </div>
    </Page>
  );
}
