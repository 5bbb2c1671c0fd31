import type { Agent, Run } from "../../api";
import { Button } from "../../components/button";
import { Mark } from "../../components/icon";
import { is_active, RunState, status_word } from "../../components/run_state";
import { Ticks } from "../../components/ticks";
import { Age, ComingTime, Time } from "../../components/time";
import { offline_since } from "../../lib/connection";

/// `all`, `none`, or the names.
export function tools_in_short(tools: Agent["allowed_tools"]): string {
  if (tools === "all") return "all that you may use";
  if (tools === "none" || tools.length === 0) return "none";
  return tools.length <= 3 ? tools.join(", ") : `${tools.slice(0, 2).join(", ")} and ${tools.length - 2} more`;
}

function Outcome({ run, agent, known }: { run: Run | undefined; agent: Agent; known: boolean }) {
  if (!run) return <span class="state faint">{agent.enabled ? <>{known ? "never run" : ""}</> : <><Mark name="off" />off</>}</span>;
  if (is_active(run.status)) {
    return <a class="plain-link" href={`/runs/${run.id}`}><RunState status={run.status} /><span class="sub">{run.started_at ? <Age from={run.started_at} /> : run.why_waiting}</span></a>;
  }
  return (
    <a class="plain-link" href={`/runs/${run.id}`}>
      <span class={`state ${run.status === "error" ? "is-bad" : ""}`}><Mark name={run.status === "success" ? "ok" : run.status === "error" ? "bad" : "stop"} {...(run.status === "success" ? { word: status_word(run.status) } : {})} /><span>{run.status !== "success" && `${status_word(run.status)} `}<Time at={run.ended_at ?? run.queued_at} /></span></span>
      {run.error && <span class="sub sub--wrap">{run.error}</span>}
    </a>
  );
}

interface Props { agent: Agent; runs: readonly Run[]; runs_known: boolean; on_toggle: (on: boolean) => void; on_run: () => void }

export function AgentRow({ agent, runs, runs_known, on_toggle, on_run }: Props) {
  return (
    <tr data-agent={agent.id}>
      <th scope="row"><a class="name" data-row href={`/agents/${agent.id}`}>{agent.name}</a><span class="sub">{agent.description}</span></th>
      <td class="not-phone"><span class="dim">{tools_in_short(agent.allowed_tools)}</span></td>
      <td class="not-phone"><Ticks runs={runs} /></td>
      <td><Outcome run={runs[0]} agent={agent} known={runs_known} /></td>
      <td class="not-phone nw faint">{agent.enabled && agent.next_run_at && <ComingTime at={agent.next_run_at} />}</td>
      <td class="not-phone nw"><span class="mono dim">{agent.model}</span></td>
      <td><input class="switch" type="checkbox" role="switch" aria-label={`${agent.name} on`} checked={agent.enabled} disabled={offline_since.value !== null} onChange={(e) => on_toggle(e.currentTarget.checked)} /></td>
      <td class="not-phone num"><Button small server icon="play" onClick={on_run}>Run<span class="vh"> {agent.name}</span></Button></td>
    </tr>
  );
}
