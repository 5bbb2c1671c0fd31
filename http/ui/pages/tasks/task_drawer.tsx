import { api, type Task } from "../../api";
import { Button } from "../../components/button";
import { Mark } from "../../components/icon";
import { FormError } from "../../components/notice";
import { NotRunList } from "../../components/not_run_list";
import { RunState } from "../../components/run_state";
import { ComingTime, Time } from "../../components/time";
import { useAct } from "../../lib/act";
import { refresh_engine } from "../../lib/engine";
import { navigate } from "../../lib/router";
import { useResource } from "../../lib/resource";
import { tools_in_short } from "../agents/agent_row";

interface Props { task: Task; on_close: () => void; on_edit: () => void; on_convert: () => void; on_delete: () => void }

const shown = 10; // runs

/// One task: what it does and when, and what became of it.
export function TaskDrawer({ task, on_close, on_edit, on_convert, on_delete }: Props) {
  const act = useAct();
  const runs = useResource(`runs of task ${task.id}`, (s) => api.task_runs(task.id, shown, undefined, s), 5000);
  const run = () => void act.run(async () => {
    const { run_id } = await api.run_task(task.id);
    void refresh_engine();
    navigate(`/runs/${run_id}`);
  });
  return (
    <aside class="drawer" aria-label={`Task ${task.name}`}>
      <header>
        <div class="row"><span class="label">Task</span><Button kind="quiet" small icon="x" label="Close" onClick={on_close} /></div>
        <h2>{task.name}</h2>
        <div class="btns">
          <Button small server busy={act.busy} icon="play" onClick={run}>Run now</Button>
          <Button small onClick={on_edit}>Change</Button>
          {!task.agent_id && <Button small onClick={on_convert}>Make an agent…</Button>}
          <Button small kind="danger" onClick={on_delete}>Delete…</Button>
        </div>
      </header>
      <section>
        {task.agent_id && <div class="notice"><Mark name="ok" /><p>It was made into an agent, which does its work now.</p><a class="btn btn--sm" href={`/agents/${task.agent_id}`}>Open the agent</a></div>}
        <FormError error={act.error} />
        <dl class="facts">
          <dt>Schedule</dt><dd>{task.schedule ? <><span class="mono">{task.schedule}</span> <span class="faint">{task.time_zone}</span></> : "none"}</dd>
          <dt>Next</dt><dd>{task.next_run_at ? <ComingTime at={task.next_run_at} /> : "–"}</dd>
          <dt>Last</dt><dd>{task.last_run ? <><Time at={task.last_run} /> {task.last_status}</> : "never"}</dd>
          <dt>Tools</dt><dd>{tools_in_short(task.allowed_tools)}</dd>
          <dt>Owner</dt><dd>{task.owner_user_id ? "a user" : "the system"}</dd>
        </dl>
      </section>
      <section><h3>Prompt</h3><p class="plain">{task.prompt}</p></section>
      {runs.data && runs.data.length > 0 && (
        <section><h3>Runs</h3><ul class="stack gap-3">{runs.data.map((r) => <li key={r.id}><a class="plain-link" href={`/runs/${r.id}`}><RunState status={r.status} /> <Time at={r.queued_at} /></a></li>)}</ul></section>
      )}
      <NotRunList name={`not run ${task.id}`} load={(limit, before, s) => api.task_not_run(task.id, limit, before, s)} />
    </aside>
  );
}
