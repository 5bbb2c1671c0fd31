import { useState } from "preact/hooks";
import type { Target, TargetBody } from "../../api";
import { Button } from "../../components/button";
import { Code } from "../../components/code";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";

/// Makes a target, or changes its name, address and secret header.
export function TargetDialog({ target, on_close, on_save }: { target: Target | null; on_close: () => void; on_save: (body: Partial<TargetBody>) => Promise<unknown> }) {
  const act = useAct();
  const [name, set_name] = useState(target?.name ?? "");
  const [url, set_url] = useState(target?.url ?? "");
  const [header, set_header] = useState(target?.header_name ?? "");
  const [value, set_value] = useState("");
  const body = () => ({ name: name.trim(), url: url.trim(), header_name: header.trim() || null, ...(value ? { header_value: value } : {}) });
  const save = async () => { if (await act.run(() => on_save(body()))) on_close(); };
  return (
    <Dialog title={target ? `Change “${target.name}”` : "New target"} on_close={on_close} on_submit={() => void save()} footer={<>
      <Button onClick={on_close}>Leave it</Button>
      <Button kind="primary" type="submit" server busy={act.busy}>{target ? "Save" : "Make the target"}</Button>
    </>}>
      <div class="stack gap-5">
        <Field label="Name" help="By it agents name the target when they send something." error={act.error?.fields["name"]}>{(ids) => <input class="input" {...ids} autofocus required value={name} onInput={(e) => set_name(e.currentTarget.value)} />}</Field>
        <Field label="Address" help="It is posted JSON. Addresses inside your own network must be allowed under Settings, Network." error={act.error?.fields["url"]}>{(ids) => <input class="input mono" {...ids} required type="url" placeholder="https://" spellcheck={false} value={url} onInput={(e) => set_url(e.currentTarget.value)} />}</Field>
        <Field label="Header with a secret" help="If the receiver asks for one. Every delivery is signed as Standard Webhooks says as well." error={act.error?.fields["header_name"]}>{(ids) => <input class="input mono" {...ids} placeholder="Authorization" spellcheck={false} autocomplete="off" value={header} onInput={(e) => set_header(e.currentTarget.value)} />}</Field>
        {header.trim() && <Field label="Its value" help={target?.header_name === header.trim() ? "Empty: the present one stays. It is kept encrypted and never shown again." : "It is kept encrypted and never shown again."} error={act.error?.fields["header_value"]}>{(ids) => <input class="input mono" {...ids} type="password" autocomplete="off" value={value} onInput={(e) => set_value(e.currentTarget.value)} />}</Field>}
        <FormError error={act.error} />
      </div>
    </Dialog>
  );
}

/// A signing secret, this once.
export function SecretDialog({ secret, on_close }: { secret: string; on_close: () => void }) {
  return (
    <Dialog title="The signing secret" on_close={on_close} footer={<Button kind="primary" onClick={on_close}>I have copied it</Button>}>
      <div class="stack gap-5">
        <p>The receiver checks with it that a delivery is yours. It is shown this once; another one can be made at any time.</p>
        <Code title="Signing secret" text={secret} />
      </div>
    </Dialog>
  );
}
