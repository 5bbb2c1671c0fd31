import { useState } from "preact/hooks";
import { api, type Agent } from "../api";
import { useAct } from "../lib/act";
import { engine, refresh_engine } from "../lib/engine";
import { navigate } from "../lib/router";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Field } from "./field";
import { FormError } from "./notice";

/// Starts an agent by hand, with a message if one likes, and shows the run.
export function RunDialog({ agent, on_close }: { agent: Agent; on_close: () => void }) {
  const act = useAct();
  const [message, set_message] = useState("");
  const go = () => void act.run(async () => {
    const { run_id } = await api.run_agent(agent.id, message.trim() || undefined);
    void refresh_engine();
    on_close();
    navigate(`/runs/${run_id}`);
  });
  return (
    <Dialog title={`Run “${agent.name}” now`} on_close={on_close} on_submit={go} footer={<>
      <Button onClick={on_close}>Not now</Button>
      <Button kind="primary" type="submit" server busy={act.busy} icon="play" keys="Ctrl Enter">Run it</Button>
    </>}>
      <div class="stack gap-5">
        <Field label={<>Message <span class="faint">if you like</span></>} help="What it is to do this time; it follows the agent’s prompt." error={act.error?.fields["message"]}>
          {(ids) => <textarea class="textarea" {...ids} rows={4} autofocus value={message} onInput={(e) => set_message(e.currentTarget.value)} onKeyDown={(e) => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) go(); }} />}
        </Field>
        {engine.value?.paused && <div class="notice notice--warn"><p>Everything is paused: the run waits until Resume.</p></div>}
        <FormError error={act.error} />
      </div>
    </Dialog>
  );
}
