import { useState } from "preact/hooks";
import type { Agent, Webhook, WebhookBody } from "../../api";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";
import type { Resource } from "../../lib/resource";
import { ProofFields, proof_body, proof_of } from "./proof_fields";
import { RuleFields, rules_body, rules_of } from "./rule_fields";

interface Props {
  hook: Webhook | null;
  /// The agent that is chosen at the start, for a new one.
  agent: string | null;
  agents: Resource<Agent[]>;
  on_close: () => void;
  on_save: (body: WebhookBody) => Promise<unknown>;
}

/// Makes a webhook, or changes its name, agent, whether GET counts, how senders prove themselves, and which deliveries count.
export function WebhookDialog({ hook, agent, agents, on_close, on_save }: Props) {
  const act = useAct();
  const [name, set_name] = useState(hook?.name ?? "");
  const [agent_id, set_agent] = useState(hook?.agent_id ?? agent ?? "");
  const [allow_get, set_allow_get] = useState(hook?.allow_get ?? false);
  const [proof, set_proof] = useState(proof_of(hook));
  const [rules, set_rules] = useState(rules_of(hook));
  const known = agents.data?.some((a) => a.id === agent_id) ?? true; // the one it had may be deleted
  const save = async () => { if (await act.run(() => on_save({ name: name.trim(), agent_id: known ? agent_id : "", allow_get, ...proof_body(proof), ...rules_body(rules) }))) on_close(); };
  const none = agents.data?.length === 0;
  return (
    <Dialog title={hook ? `Change “${hook.name}”` : "New webhook"} on_close={on_close} on_submit={() => void save()} footer={<>
      <Button onClick={on_close}>Leave it</Button>
      <Button kind="primary" type="submit" server busy={act.busy} disabled={none}>{hook ? "Save" : "Make the webhook"}</Button>
    </>}>
      <div class="stack gap-5">
        {none && <div class="notice"><p>There is no agent that it could start.</p><a class="btn btn--sm" href="/agents/new">Make an agent</a></div>}
        <Field label="Name" help="Stands above the input, so that the agent knows where it is from." error={act.error?.fields["name"]}>{(ids) => <input class="input" {...ids} autofocus required value={name} onInput={(e) => set_name(e.currentTarget.value)} />}</Field>
        <Field label="Agent that it starts" error={act.error?.fields["agent_id"]}>
          {(ids) => (
            <select class="select" {...ids} required value={known ? agent_id : ""} onChange={(e) => set_agent(e.currentTarget.value)}>
              <option value="">Choose an agent</option>
              {agents.data?.map((a) => <option key={a.id} value={a.id}>{a.name}</option>)}
            </select>
          )}
        </Field>
        <label class="check"><input class="switch" type="checkbox" role="switch" checked={allow_get} onChange={(e) => set_allow_get(e.currentTarget.checked)} />GET counts too, for senders that cannot POST</label>
        <ProofFields hook={hook} value={proof} error={act.error?.fields} on_change={set_proof} />
        <RuleFields hook={hook} value={rules} error={act.error?.fields} on_change={set_rules} />
        <FormError error={act.error} />
      </div>
    </Dialog>
  );
}
