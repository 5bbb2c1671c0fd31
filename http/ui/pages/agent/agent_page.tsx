import { useEffect, useState } from "preact/hooks";
import { api, type Agent } from "../../api";
import { Button } from "../../components/button";
import { ConfirmDialog } from "../../components/dialog";
import { Loaded } from "../../components/loaded";
import { Menu } from "../../components/menu";
import { MoreRows } from "../../components/more_rows";
import { NotRunList } from "../../components/not_run_list";
import { Empty } from "../../components/notice";
import { Page, Scroll } from "../../components/page";
import { RunDialog } from "../../components/run_dialog";
import { RunTable } from "../../components/run_table";
import { ComingTime } from "../../components/time";
import { may_talk } from "../../lib/agents";
import { useKeys } from "../../lib/keys";
import { usePaged } from "../../lib/paged";
import { useResource } from "../../lib/resource";
import { navigate, set_query, url } from "../../lib/router";
import { save } from "../audit/export";
import { AgentForm } from "./agent_form";
import { Family } from "./family";
import { ToldTargets } from "./told_targets";
import { file_name, file_of } from "./transfer";

const run_help = [{ keys: "R", what: "run this agent" }] as const;
const crumbs = <><a href="/agents">Agents</a><span aria-hidden="true">/</span></>;

/// One agent: its runs, and what defines it.
export function AgentPage({ id }: { id: string }) {
  const agent = useResource(`agent ${id}`, (s) => api.agent(id, s));
  const [over, set_over] = useState<"" | "run" | "delete">("");
  const a = agent.data;
  useKeys({ r: () => { if (agent.data) set_over("run"); } }, run_help);
  useEffect(() => { if (a && url.peek().searchParams.has("run")) { set_query("run", null); set_over("run"); } }, [a !== undefined]); // from the palette
  const tab = url.value.searchParams.get("tab") === "definition" ? "definition" : "runs";
  return (
    <Page
      title={a?.name ?? "Agent"} crumbs={crumbs} badge={a && !a.enabled && <span class="badge">off</span>}
      actions={a && <>
        {may_talk(a) && <Button small icon="chat" onClick={() => navigate(`/?agent=${id}`)}>Chat</Button>}
        <Button kind="primary" small server icon="play" keys="R" onClick={() => set_over("run")}>Run</Button>
        <Menu label="More about this agent" items={[{ name: "Export as JSON", go: () => save(file_of(a), file_name(a)) }, { name: "Delete…", danger: true, go: () => set_over("delete") }]} />
      </>}
    >
      <Scroll label="Agent">
        <Loaded of={agent} what="the agent" unaffected="Its runs are not affected.">
          {(it) => (
            <>
              {it.description && <p class="lead">{it.description}</p>}
              <Family agent={it} />
              {it.next_run_at && <p class="dim">Runs next <ComingTime at={it.next_run_at} />.</p>}
              <nav class="tabs" aria-label="Parts of the agent">
                <a href={`/agents/${id}`} aria-current={tab === "runs" ? "page" : undefined}>Runs</a>
                <a href={`/agents/${id}?tab=definition`} aria-current={tab === "definition" ? "page" : undefined}>Definition</a>
              </nav>
              {tab === "runs" ? <History agent={it} on_run={() => set_over("run")} />
                : <div class="form-page"><AgentForm agent={it} on_save={async (changes) => { const saved = await api.update_agent(id, changes); agent.set(() => saved); }} /><ToldTargets agent={it} /></div>}
            </>
          )}
        </Loaded>
      </Scroll>
      {a && over === "run" && <RunDialog agent={a} on_close={() => set_over("")} />}
      {a && over === "delete" && (
        <ConfirmDialog title={`Delete the agent “${a.name}”?`} act="Delete the agent" on_close={() => set_over("")} on_act={async () => { await api.delete_agent(id); navigate("/agents", "push", "now"); }}>
          <p>Its runs stay readable. Agents that it made are deleted with it. Webhooks that start it answer 404 from then on. This can’t be undone.</p>
        </ConfirmDialog>
      )}
    </Page>
  );
}

function History({ agent, on_run }: { agent: Agent; on_run: () => void }) {
  const runs = usePaged(`runs of ${agent.id}`, (limit, before, s) => api.agent_runs(agent.id, limit, before, s), 4000);
  return (
    <>
    <Loaded of={runs.first} what="its runs" unaffected="Runs that are going on are not affected.">
      {(first) => (first.length === 0
        ? <Empty title="It has not run yet" action={<><Button kind="primary" server icon="play" onClick={on_run}>Run it now</Button><a class="btn" href={`/triggers?new=${agent.id}`}>Give it a webhook</a></>}><p>Each run stands here with what started it, what it did and what came of it.</p></Empty>
        : <><RunTable runs={runs.rows} label={`Runs of ${agent.name}`} named={false} /><MoreRows of={runs} /></>)}
    </Loaded>
    <NotRunList name={`not run ${agent.id}`} load={(limit, before, s) => api.agent_not_run(agent.id, limit, before, s)} />
    </>
  );
}
