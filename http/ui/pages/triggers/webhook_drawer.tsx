import { useState } from "preact/hooks";
import { error_of, type Webhook } from "../../api";
import { Button } from "../../components/button";
import { Proven } from "../../components/alarm_bar";
import { Code } from "../../components/code";
import { Icon, Mark } from "../../components/icon";
import { FormError } from "../../components/notice";
import { Time } from "../../components/time";
import { useAct } from "../../lib/act";
import { refresh_engine } from "../../lib/engine";
import { count } from "../../lib/format";
import { Deliveries } from "./deliveries";
import { scheme_name } from "./proof_fields";

/// The address as this browser reaches it: the server may know itself by another name.
export function address_of(hook: Webhook): string | null {
  if (hook.url && !hook.url.startsWith("/")) return hook.url;
  if (hook.url) return location.origin + hook.url;
  return hook.token ? `${location.origin}/webhook/${hook.token}` : null;
}

const sample = '{"hello": "world"}';
const curl_of = (address: string) => `curl -X POST '${address}' \\\n  -H 'Content-Type: application/json' \\\n  -H "Idempotency-Key: $(uuidgen)" \\\n  -d '${sample}'`;
const curl_line = (address: string) => `curl -X POST '${address}' -H 'Content-Type: application/json' -d '${sample}'`;

interface Props {
  hook: Webhook;
  /// The name of the agent that it starts; null: that is deleted.
  agent: string | null;
  on_close: () => void; on_toggle: (change: Partial<Webhook>) => void; on_edit: () => void; on_delete: () => void; on_sent: () => void;
}

/// One webhook: its address, a line that tries it, and its switches.
export function WebhookDrawer({ hook, agent, on_close, on_toggle, on_edit, on_delete, on_sent }: Props) {
  const act = useAct();
  const [run, set_run] = useState<string | null>(null);
  const address = address_of(hook);
  const send = () => void act.run(async () => {
    set_run(null);
    const answer = await fetch(new URL(address!, location.href).pathname, { method: "POST", headers: { "Content-Type": "application/json" }, body: sample, credentials: "omit" });
    if (!answer.ok) throw await error_of(answer);
    const { run_id, ignored } = (await answer.json()) as { run_id?: string; ignored?: string };
    if (!run_id) throw new Error(`It was taken in and ignored: ${ignored}.`);
    set_run(run_id);
    void refresh_engine();
    on_sent();
  });
  return (
    <aside class="drawer" aria-label={`Webhook ${hook.name}`}>
      <header>
        <div class="row"><span class="label">Webhook</span><Button kind="quiet" small icon="x" label="Close" onClick={on_close} /></div>
        <h2>{hook.name}</h2>
        <div class="btns">
          {address && <Button small server busy={act.busy} disabled={!hook.enabled || agent === null || hook.verify !== "none"} icon="inject" onClick={send}>Send a test</Button>}
          <Button small onClick={on_edit}>Change</Button>
          <Button small kind="danger" onClick={on_delete}>Delete…</Button>
        </div>
      </header>
      <section>
        {agent === null ? <div class="notice notice--warn"><Mark name="hand" /><p><b>Its agent was deleted.</b> The address answers 404 until another one is chosen and it is switched on.</p><Button small onClick={on_edit}>Choose an agent</Button></div>
          : !hook.enabled && <div class="notice notice--hatch"><p><b>Switched off.</b> The address answers 404.</p></div>}
        <FormError error={act.error} />
        {run && <div class="notice notice--live" role="status"><Mark name="live" /><p>Taken in.</p><a class="btn btn--sm" href={`/runs/${run}`}>Watch the run</a></div>}
        <dl class="facts">
          <dt>Starts</dt><dd>{agent !== null ? <a href={`/agents/${hook.agent_id}`}>{agent}</a> : <span class="is-warn">deleted agent</span>}</dd>
          <dt>Senders</dt><dd>{hook.verify === "none" ? <span class="faint">whoever knows the address</span> : <>{scheme_name(hook.verify)}{hook.token_header && <> <code>{hook.token_header}</code></>}{hook.secrets === 0 ? <span class="is-warn"> its secret cannot be read: set a new one</span> : hook.secrets > 1 && <span class="faint">, {hook.secrets} secrets hold</span>}</>}</dd>
          {hook.filter && <><dt>Only when</dt><dd><code class="break">{hook.filter}</code></dd></>}
          {hook.prompt_template && <><dt>Told</dt><dd class="break">{hook.prompt_template}</dd></>}
          {hook.rate_per_minute > 0 && <><dt>Limit</dt><dd>{count(hook.rate_per_minute)} a minute</dd></>}
          <dt>Deliveries</dt><dd>{count(hook.trigger_count)}</dd>
          <dt>Proven alive</dt><dd><Proven trigger="webhooks" /></dd>
          <dt>Last</dt><dd>{hook.last_triggered_at ? <Time at={hook.last_triggered_at} /> : "never"}</dd>
        </dl>
        <label class="check"><input class="switch" type="checkbox" role="switch" checked={hook.enabled} onChange={(e) => on_toggle({ enabled: e.currentTarget.checked })} />On</label>
        <label class="check"><input class="switch" type="checkbox" role="switch" checked={hook.allow_get} onChange={(e) => on_toggle({ allow_get: e.currentTarget.checked })} />GET counts too</label>
      </section>
      {address ? (
        <section>
          <h3>Address</h3>
          <p class="dim">Whoever knows it may start the agent: treat it like a password.</p>
          <Code title="Address" text={address} />
          <Code title="Try it" text={curl_line(address)} />
          <details><summary class="dim"><Icon name="right" small turner /> With a key that makes sending it twice harmless</summary><Code title="With Idempotency-Key" text={curl_of(address)} /></details>
        </section>
      ) : <section><p class="dim">Its address is shown to its owner only.</p></section>}
      <Deliveries hook={hook} />
    </aside>
  );
}
