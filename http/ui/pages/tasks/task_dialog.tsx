import { useState } from "preact/hooks";
import { api, type Task, type TaskBody } from "../../api";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { FormError } from "../../components/notice";
import { ScheduleField } from "../../components/schedule_field";
import { useAct } from "../../lib/act";
import { useResource } from "../../lib/resource";
import { ToolChoice } from "../agent/tool_choice";

interface Props { task: Task | null; on_close: () => void; on_save: (body: Partial<TaskBody>) => Promise<unknown> }

/// Makes a task, or changes what it does and when.
export function TaskDialog({ task, on_close, on_save }: Props) {
  const act = useAct();
  const tools = useResource("tools", (s) => api.tools(s));
  const [form, set_form] = useState<TaskBody>(task
    ? { name: task.name, prompt: task.prompt, description: task.description, schedule: task.schedule, allowed_tools: task.allowed_tools, enabled: task.enabled }
    : { name: "", prompt: "", description: null, schedule: "0 7 * * *", allowed_tools: "none", enabled: true });
  const set = <K extends keyof TaskBody>(key: K, value: TaskBody[K]) => set_form((f) => ({ ...f, [key]: value }));
  const error = (key: keyof TaskBody) => act.error?.fields[key];
  const body = () => (task ? Object.fromEntries(Object.entries(form).filter(([k, v]) => JSON.stringify(v) !== JSON.stringify(task[k as keyof TaskBody]))) : Object.fromEntries(Object.entries(form).filter(([, v]) => v !== null)));
  const save = async () => { if (await act.run(() => on_save(body()))) on_close(); };
  return (
    <Dialog wide title={task ? `Change “${task.name}”` : "New task"} on_close={on_close} on_submit={() => void save()} footer={<>
      <Button onClick={on_close}>Leave it</Button>
      <Button kind="primary" type="submit" server busy={act.busy}>{task ? "Save" : "Make the task"}</Button>
    </>}>
      <div class="stack gap-5">
        <Field label="Name" error={error("name")}>{(ids) => <input class="input" {...ids} autofocus required value={form.name} onInput={(e) => set("name", e.currentTarget.value)} />}</Field>
        <Field label="Prompt" help="What is to be done each time." error={error("prompt")}>{(ids) => <textarea class="textarea" {...ids} rows={5} required value={form.prompt} onInput={(e) => set("prompt", e.currentTarget.value)} />}</Field>
        <ScheduleField value={form.schedule} zone={task?.time_zone ?? ""} error={error("schedule")} on_change={(v) => set("schedule", v)} />
        <ToolChoice tools={tools} value={form.allowed_tools} error={error("allowed_tools")} on_change={(v) => set("allowed_tools", v)} />
        <FormError error={act.error} />
      </div>
    </Dialog>
  );
}
