import { useState } from "preact/hooks";
import { api, type Run, type Step } from "../../api";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";
import { refresh_engine } from "../../lib/engine";
import { useResource } from "../../lib/resource";
import { navigate } from "../../lib/router";

/// Begins a run that has the steps before this answer in common with the run, and goes its own way from there.
export function ForkDialog({ run, step, on_close }: { run: Run; step: Step; on_close: () => void }) {
  const act = useAct();
  const models = useResource("models", (s) => api.models(s));
  const [model, set_model] = useState("");
  const [message, set_message] = useState(run.message ?? "");
  const go = () => void act.run(async () => {
    const { run_id } = await api.fork_run(run.id, { seq: step.seq, ...(model ? { model } : {}), ...(message !== (run.message ?? "") ? { message } : {}) });
    void refresh_engine();
    on_close();
    navigate(`/runs/${run_id}`);
  });
  return (
    <Dialog title={step.seq === 1 ? "Fork from the beginning" : `Fork from step ${step.seq}`} on_close={on_close} on_submit={go} footer={<>
      <Button onClick={on_close}>Not now</Button>
      <Button kind="primary" type="submit" server busy={act.busy} icon="fork" keys="Ctrl Enter">Fork</Button>
    </>}>
      <div class="stack gap-5">
        <p class="dim">{step.seq === 1 ? "A new run begins with the same input." : `A new run begins with the steps before this one copied. What their tools did is not done again; from step ${step.seq} on, everything is done anew.`}</p>
        <Field label="Model" error={act.error?.fields["model"]}>
          {(ids) => <select class="select" {...ids} value={model} onChange={(e) => set_model(e.currentTarget.value)}><option value="">The same as before</option>{models.data?.map((m) => <option key={m.id} value={m.id}>{m.id}</option>)}</select>}
        </Field>
        <Field label="Message" help="It follows the agent’s prompt." error={act.error?.fields["message"]}>
          {(ids) => <textarea class="textarea" {...ids} rows={4} value={message} onInput={(e) => set_message(e.currentTarget.value)} onKeyDown={(e) => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) go(); }} />}
        </Field>
        <FormError error={act.error} />
      </div>
    </Dialog>
  );
}
