import { useRef, useState } from "preact/hooks";
import { api, type Agent, type Run } from "../../api";
import { Button } from "../../components/button";
import { Choices, Filter, NothingFound } from "../../components/filter";
import { Loaded } from "../../components/loaded";
import { Empty, FormError } from "../../components/notice";
import { Page, Scroll } from "../../components/page";
import { RunDialog } from "../../components/run_dialog";
import { useAct } from "../../lib/act";
import { plural } from "../../lib/format";
import { useKeys, useRowKeys } from "../../lib/keys";
import { useResource } from "../../lib/resource";
import { navigate } from "../../lib/router";
import { AgentRow } from "./agent_row";

type Show = "all" | "on" | "off";
const recent = 500; // runs, from which the last outcomes of all agents are taken
const new_help = [{ keys: "N", what: "new agent" }, { keys: "R", what: "run the agent of the focused row" }] as const;

function lead(agents: readonly Agent[], runs: ReadonlyMap<string, Run[]>) {
  const on = agents.filter((a) => a.enabled).length;
  const failed = agents.filter((a) => runs.get(a.id)?.[0]?.status === "error");
  return (
    <p class="lead">
      {on === agents.length ? `${plural(on, "agent")}, all on. ` : `${plural(agents.length, "agent")}, ${on} on. `}
      <em>{failed.length === 0 ? "None failed the last time it ran." : failed.length === 1 ? `${failed[0]!.name} failed the last time it ran.` : `${failed.length} failed the last time they ran.`}</em>
    </p>
  );
}

/// All agents with what became of them last.
export function AgentsPage() {
  const agents = useResource("agents", (s) => api.agents(s), 15_000);
  const runs = useResource("agents' runs", (s) => api.runs(recent, undefined, s), 5000);
  const [find, set_find] = useState("");
  const [show, set_show] = useState<Show>("all");
  const [running, set_running] = useState<Agent | null>(null);
  const act = useAct();
  const box = useRef<HTMLElement>(null);
  const create = () => navigate("/agents/new");
  const run_focused = () => {
    const row = document.activeElement?.closest("[data-agent]")?.getAttribute("data-agent");
    const agent = agents.data?.find((a) => a.id === row);
    if (agent) set_running(agent);
  };
  useKeys({ n: create, r: run_focused }, new_help);
  useRowKeys(box);

  const by_agent = new Map<string, Run[]>();
  for (const r of runs.data ?? []) if (r.agent_id) by_agent.set(r.agent_id, [...(by_agent.get(r.agent_id) ?? []), r]);

  const toggle = (agent: Agent, enabled: boolean) => {
    const put = (value: boolean) => agents.set((all) => all.map((a) => (a.id === agent.id ? { ...a, enabled: value } : a)));
    put(enabled); // a switch can be undone: it moves at once, and back when the server refuses
    void act.run(() => api.update_agent(agent.id, { enabled })).then((ok) => { if (!ok) put(!enabled); });
  };

  return (
    <Page title="Agents" actions={<Button kind="primary" small icon="plus" keys="N" onClick={create}>New agent</Button>}>
      <Scroll label="Agents">
        <Loaded of={agents} what="the agents" unaffected="Runs that are going on are not affected.">
          {(all) => {
            if (all.length === 0) {
              return <Empty title="No agents yet" action={<Button kind="primary" onClick={create}>Make an agent</Button>}><p>An agent is a prompt with tools that works on its own: when you start it, by the clock, or when something calls its webhook.</p></Empty>;
            }
            const passes = (a: Agent) => show === "all" || (show === "on") === a.enabled;
            const text = (a: Agent) => `${a.name} ${a.description ?? ""} ${a.model} ${Array.isArray(a.allowed_tools) ? a.allowed_tools.join(" ") : a.allowed_tools}`.toLowerCase();
            const found = all.filter((a) => passes(a) && text(a).includes(find.toLowerCase()));
            const on = all.filter((a) => a.enabled).length;
            return (
              <>
                {lead(all, by_agent)}
                <div class="toolbar">
                  <Filter label="Filter agents" hint="Filter by name, tool or model" value={find} on_change={set_find} />
                  <Choices label="Show" items={[["all", `All ${all.length}`], ["on", `On ${on}`], ["off", `Off ${all.length - on}`]] as const} value={show} on_change={set_show} />
                  <span class="grow" /><span class="faint not-phone"><kbd>J</kbd> <kbd>K</kbd> move &nbsp; <kbd>Enter</kbd> open &nbsp; <kbd>R</kbd> run now</span>
                </div>
                <FormError error={act.error} />
                {found.length === 0 ? <NothingFound on_clear={() => { set_find(""); set_show("all"); }} /> : (
                  <section class="panel bleed" aria-label="All agents" ref={box}>
                    <div class="table-wrap">
                      <table class="table table--two">
                        <thead><tr><th scope="col">Agent</th><th scope="col" class="not-phone">Tools</th><th scope="col" class="not-phone">Last 12</th><th scope="col">Last outcome</th><th scope="col" class="not-phone">Next</th><th scope="col" class="not-phone">Model</th><th scope="col">On</th><td class="not-phone" /></tr></thead>
                        <tbody>{found.map((a) => <AgentRow key={a.id} agent={a} runs={by_agent.get(a.id) ?? []} runs_known={runs.data !== undefined} on_toggle={(v) => toggle(a, v)} on_run={() => set_running(a)} />)}</tbody>
                      </table>
                    </div>
                  </section>
                )}
              </>
            );
          }}
        </Loaded>
      </Scroll>
      {running && <RunDialog agent={running} on_close={() => set_running(null)} />}
    </Page>
  );
}
