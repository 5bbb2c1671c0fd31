import { useState } from "preact/hooks";
import { api, type Agent, type TelegramTrigger } from "../../api";
import { Button } from "../../components/button";
import { ConfirmDialog, Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { Loaded } from "../../components/loaded";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";
import { useResource, type Resource } from "../../lib/resource";

type Over = { what: "edit"; trigger: TelegramTrigger | null } | { what: "delete"; trigger: TelegramTrigger } | null;

function TriggerDialog({ trigger, agents, on_close, on_done }: { trigger: TelegramTrigger | null; agents: Resource<Agent[]>; on_close: () => void; on_done: () => void }) {
  const act = useAct();
  const [words, set_words] = useState(trigger?.trigger_word ?? "");
  const [agent, set_agent] = useState(trigger?.agent_id ?? "");
  const save = async () => {
    const body = { trigger_word: words.trim(), agent_id: agent };
    if (await act.run(() => (trigger ? api.update_telegram_trigger(trigger.id, body) : api.create_telegram_trigger(body)))) { on_done(); on_close(); }
  };
  return (
    <Dialog title={trigger ? "Change the words" : "New trigger words"} on_close={on_close} on_submit={() => void save()} footer={<>
      <Button onClick={on_close}>Leave it</Button>
      <Button kind="primary" type="submit" server busy={act.busy}>{trigger ? "Save" : "Make it"}</Button>
    </>}>
      <div class="stack gap-5">
        <Field label="Words" help="All of them must be in the message, in any order and any case. Of several that fit, the one with the most words wins." error={act.error?.fields["trigger_word"]}>{(ids) => <input class="input" {...ids} autofocus required placeholder="open invoice" value={words} onInput={(e) => set_words(e.currentTarget.value)} />}</Field>
        <Field label="Agent that they start" error={act.error?.fields["agent_id"]}>{(ids) => <select class="select" {...ids} required value={agent} onChange={(e) => set_agent(e.currentTarget.value)}><option value="">Choose an agent</option>{agents.data?.map((a) => <option key={a.id} value={a.id}>{a.name}</option>)}</select>}</Field>
        <FormError error={act.error} />
      </div>
    </Dialog>
  );
}

/// Which words in a chat start which agent.
export function TriggerWords({ agents }: { agents: Resource<Agent[]> }) {
  const triggers = useResource("telegram triggers", (s) => api.telegram_triggers(s));
  const [over, set_over] = useState<Over>(null);
  const act = useAct();
  const toggle = (t: TelegramTrigger, enabled: boolean) => void act.run(async () => { await api.update_telegram_trigger(t.id, { enabled }); triggers.reload(); });
  const name = (id: string) => agents.data?.find((a) => a.id === id)?.name ?? "deleted agent";
  return (
    <section class="stack gap-4" aria-label="Trigger words">
      <div class="head-row"><h2>Trigger words</h2><span class="grow" /><Button small icon="plus" onClick={() => set_over({ what: "edit", trigger: null })}>New words</Button></div>
      <FormError error={act.error} />
      <Loaded of={triggers} what="the trigger words">
        {(all) => (all.length === 0 ? <p class="dim">None yet. A message with such words starts an agent in place of the assistant; the agent gets the message as data.</p> : (
          <div class="panel bleed"><div class="table-wrap"><table class="table table--two">
            <thead><tr><th scope="col">Words</th><th scope="col">Start</th><th scope="col">On</th><th scope="col"><span class="vh">Change</span></th></tr></thead>
            <tbody>{all.map((t) => (
              <tr key={t.id}>
                <th scope="row">{t.trigger_word}</th><td>{name(t.agent_id)}</td>
                <td><input class="switch" type="checkbox" role="switch" aria-label={`${t.trigger_word} on`} checked={t.enabled} onChange={(e) => toggle(t, e.currentTarget.checked)} /></td>
                <td><span class="btns"><Button small onClick={() => set_over({ what: "edit", trigger: t })}>Change<span class="vh"> {t.trigger_word}</span></Button><Button small kind="danger" onClick={() => set_over({ what: "delete", trigger: t })}>Delete…<span class="vh"> {t.trigger_word}</span></Button></span></td>
              </tr>
            ))}</tbody>
          </table></div></div>
        ))}
      </Loaded>
      {over?.what === "edit" && <TriggerDialog trigger={over.trigger} agents={agents} on_close={() => set_over(null)} on_done={triggers.reload} />}
      {over?.what === "delete" && <ConfirmDialog title={`Delete the words “${over.trigger.trigger_word}”?`} act="Delete them" on_close={() => set_over(null)} on_act={async () => { await api.delete_telegram_trigger(over.trigger.id); triggers.reload(); }}><p>Messages with them are answered by the assistant from then on.</p></ConfirmDialog>}
    </section>
  );
}
