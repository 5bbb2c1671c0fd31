import { useRef, useState } from "preact/hooks";
import { api, type Task } from "../../api";
import { Button } from "../../components/button";
import { ConfirmDialog } from "../../components/dialog";
import { Filter, NothingFound } from "../../components/filter";
import { Loaded } from "../../components/loaded";
import { Empty, FormError } from "../../components/notice";
import { Page, Scroll } from "../../components/page";
import { ComingTime, Time } from "../../components/time";
import { useAct } from "../../lib/act";
import { offline_since } from "../../lib/connection";
import { plural } from "../../lib/format";
import { useKeys, useRowKeys } from "../../lib/keys";
import { useResource } from "../../lib/resource";
import { navigate, url } from "../../lib/router";
import { TaskDialog } from "./task_dialog";
import { TaskDrawer } from "./task_drawer";

const new_help = [{ keys: "N", what: "new task" }, { keys: "Esc", what: "close the task" }] as const;
type Over = { what: "new" } | { what: "edit" | "delete" | "convert"; task: Task } | null;

/// Scheduled tasks: a prompt and a time.
export function TasksPage() {
  const tasks = useResource("tasks", (s) => api.tasks(s), 5000);
  const [find, set_find] = useState("");
  const [over, set_over] = useState<Over>(null);
  const act = useAct();
  const box = useRef<HTMLElement>(null);
  const selected = url.value.searchParams.get("id");
  const close = () => navigate("/tasks", "replace");
  const create = () => set_over({ what: "new" });
  useKeys({ n: create, Escape: close }, new_help);
  useRowKeys(box);
  const replace = (task: Task) => tasks.set((all) => all.map((t) => (t.id === task.id ? task : t)));
  const toggle = (task: Task, enabled: boolean) => {
    replace({ ...task, enabled }); // a switch can be undone: it moves at once, and back when the server refuses
    void act.run(async () => replace(await api.update_task(task.id, { enabled }))).then((ok) => { if (!ok) replace(task); });
  };
  const shown = tasks.data?.find((t) => t.id === selected);

  return (
    <Page title="Tasks" scene={shown ? "detail" : undefined} actions={<Button kind="primary" small icon="plus" keys="N" onClick={create}>New task</Button>}>
      <div class={shown ? "split" : "split split--one"}>
        <Scroll label="Tasks">
          <Loaded of={tasks} what="the tasks" unaffected="What is due starts all the same.">
            {(all) => {
              if (all.length === 0) return <Empty title="No scheduled tasks" action={<><Button kind="primary" onClick={create}>Make a task</Button><a class="btn" href="/agents/new">Make an agent</a></>}><p>A task is a prompt and a time, and nothing more. An agent can do all that a task can, and has a model, limits and triggers of its own; a task can be made into one at any time.</p></Empty>;
              const on = all.filter((t) => t.enabled).length;
              const found = all.filter((t) => `${t.name} ${t.description ?? ""} ${t.schedule ?? ""}`.toLowerCase().includes(find.toLowerCase()));
              return (
                <>
                  <p class="lead">{plural(all.length, "task")}{on === all.length ? ", all on." : `, ${on} on.`}</p>
                  <div class="toolbar"><Filter label="Filter tasks" hint="Filter by name or schedule" value={find} on_change={set_find} /><span class="grow" /><span class="faint not-phone"><kbd>J</kbd> <kbd>K</kbd> move &nbsp; <kbd>Enter</kbd> open</span></div>
                  <FormError error={act.error} />
                  {found.length === 0 ? <NothingFound on_clear={() => set_find("")} /> : (
                    <section class="panel bleed" aria-label="All tasks" ref={box}>
                      <div class="table-wrap">
                        <table class="table table--two">
                          <thead><tr><th scope="col">Task</th><th scope="col" class="not-phone">Schedule</th><th scope="col">Next</th><th scope="col" class="not-phone">Last</th><th scope="col">On</th></tr></thead>
                          <tbody>{found.map((t) => (
                            <tr key={t.id} aria-selected={t.id === selected}>
                              <th scope="row"><a class="name" data-row href={`/tasks?id=${t.id}`}>{t.name}</a><span class="sub">{t.agent_id ? "now an agent" : t.description}</span></th>
                              <td class="not-phone nw"><span class="mono dim">{t.schedule ?? "none"}</span></td>
                              <td class="nw faint">{t.next_run_at && <ComingTime at={t.next_run_at} />}</td>
                              <td class="not-phone nw faint">{t.last_run ? <><Time at={t.last_run} /> {t.last_status}</> : "never"}</td>
                              <td><input class="switch" type="checkbox" role="switch" aria-label={`${t.name} on`} checked={t.enabled} disabled={offline_since.value !== null} onChange={(e) => toggle(t, e.currentTarget.checked)} /></td>
                            </tr>
                          ))}</tbody>
                        </table>
                      </div>
                    </section>
                  )}
                </>
              );
            }}
          </Loaded>
        </Scroll>
        {shown && <TaskDrawer key={shown.id} task={shown} on_close={close} on_edit={() => set_over({ what: "edit", task: shown })} on_convert={() => set_over({ what: "convert", task: shown })} on_delete={() => set_over({ what: "delete", task: shown })} />}
      </div>
      {over?.what === "new" && <TaskDialog task={null} on_close={() => set_over(null)} on_save={async (b) => { const made = await api.create_task(b); tasks.set((all) => [made, ...all]); navigate(`/tasks?id=${made.id}`, "replace"); }} />}
      {over?.what === "edit" && <TaskDialog task={over.task} on_close={() => set_over(null)} on_save={async (b) => replace(await api.update_task(over.task.id, b))} />}
      {over?.what === "convert" && (
        <ConfirmDialog title={`Make “${over.task.name}” an agent?`} keep="Not now" act="Make the agent" on_close={() => set_over(null)} on_act={async () => { const agent = await api.convert_task(over.task.id); navigate(`/agents/${agent.id}?tab=definition`); }}>
          <p>The agent gets the same prompt, tools and schedule. The task is switched off and stays here with its runs.</p>
        </ConfirmDialog>
      )}
      {over?.what === "delete" && (
        <ConfirmDialog title={`Delete the task “${over.task.name}”?`} act="Delete the task" on_close={() => set_over(null)} on_act={async () => { await api.delete_task(over.task.id); tasks.set((all) => all.filter((t) => t.id !== over.task.id)); close(); }}>
          <p>It starts nothing any more. Its runs stay readable. This can’t be undone.</p>
        </ConfirmDialog>
      )}
    </Page>
  );
}
