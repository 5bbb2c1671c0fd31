import { useState } from "preact/hooks";
import { api, type Target } from "../../api";
import { Button } from "../../components/button";
import { Mark } from "../../components/icon";
import { FormError } from "../../components/notice";
import { Time } from "../../components/time";
import { useAct } from "../../lib/act";
import { TargetDeliveries } from "./target_deliveries";

interface Props { target: Target; on_close: () => void; on_toggle: (enabled: boolean) => void; on_edit: () => void; on_delete: () => void; on_secret: () => void }

/// One target: where it is, a test, and what went to it.
export function TargetDrawer({ target, on_close, on_toggle, on_edit, on_delete, on_secret }: Props) {
  const act = useAct();
  const [sent, set_sent] = useState(0);
  const test = () => void act.run(async () => { await api.test_target(target.id); set_sent((n) => n + 1); });
  return (
    <aside class="drawer" aria-label={`Target ${target.name}`}>
      <header>
        <div class="row"><span class="label">Target</span><Button kind="quiet" small icon="x" label="Close" onClick={on_close} /></div>
        <h2>{target.name}</h2>
        <div class="btns">
          <Button small server busy={act.busy} disabled={!target.enabled} icon="inject" onClick={test}>Send a test</Button>
          <Button small onClick={on_edit}>Change</Button>
          <Button small onClick={on_secret}>New secret…</Button>
          <Button small kind="danger" onClick={on_delete}>Delete…</Button>
        </div>
      </header>
      <section>
        {!target.enabled && (target.disabled_reason
          ? <div class="notice notice--warn"><Mark name="hand" /><p><b>Switched off by itself.</b> {target.disabled_reason}</p></div>
          : <div class="notice notice--hatch"><p><b>Switched off.</b> What waits goes out when it is switched on again.</p></div>)}
        <FormError error={act.error} />
        <dl class="facts">
          <dt>Address</dt><dd class="break mono">{target.url}</dd>
          {target.header_name && <><dt>Header</dt><dd class="mono">{target.header_name}</dd></>}
          {target.created_at && <><dt>Made</dt><dd><Time at={target.created_at} /></dd></>}
        </dl>
        <label class="check"><input class="switch" type="checkbox" role="switch" checked={target.enabled} onChange={(e) => on_toggle(e.currentTarget.checked)} />On</label>
      </section>
      <TargetDeliveries target={target} sent={sent} />
    </aside>
  );
}
