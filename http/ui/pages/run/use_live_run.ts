import { useEffect, useRef, useState } from "preact/hooks";
import { api, streams, type Run, type Step } from "../../api";
import { is_active } from "../../components/run_state";
import { refresh_engine } from "../../lib/engine";
import { useResource, type Resource } from "../../lib/resource";
import { EventStream } from "../../lib/stream";

const gather = 120; // ms; several events at once lead to one reading

export interface LiveRun { run: Resource<Run>; steps: Resource<Step[]>; text: string }

/// A run and its steps, followed live while it is active. `text` is what the model is writing at the moment.
export function useLiveRun(id: string): LiveRun {
  const run = useResource(`run ${id}`, (s) => api.run(id, s));
  // Only then the steps: of a run that was over by then they are all there.
  const steps = useResource(run.data ? `steps ${id}` : null, (s) => api.steps(id, s));
  const [text, set_text] = useState("");
  const active = run.data !== undefined && is_active(run.data.status);
  useEffect(() => {
    if (!active) return;
    let timer = 0;
    const read = () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => { run.reload(); steps.reload(); }, gather);
    };
    const stream = new EventStream(streams.run(id), {
      on_event: (e) => {
        if (e.name === "text") {
          set_text((t) => t + (e.data as { content: string }).content);
          return;
        }
        if (e.name === "step" && (e.data as { kind: string }).kind === "model") set_text("");
        if (e.name === "reset") set_text((e.data as { partial?: { text?: string } | null }).partial?.text ?? "");
        if (e.name === "done" || e.name === "error") set_text("");
        if (e.name !== "step") void refresh_engine();
        read();
      },
      on_refused: () => run.reload(),
    }, { ends_with: ["done", "error"] });
    read(); // what happened between the first reading and the begin of the stream
    return () => { clearTimeout(timer); stream.close(); };
  }, [id, active]);
  const was_active = useRef(false);
  useEffect(() => {
    if (was_active.current && !active) steps.reload(); // the last reading may have been older than the end
    was_active.current = active;
  }, [active]);
  return { run, steps, text };
}
