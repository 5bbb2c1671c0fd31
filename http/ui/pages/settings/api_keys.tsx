import { useState } from "preact/hooks";
import { api, type ApiKey, type Scope } from "../../api";
import { Button } from "../../components/button";
import { Code } from "../../components/code";
import { ConfirmDialog, Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { Mark } from "../../components/icon";
import { Loaded } from "../../components/loaded";
import { Empty, FormError } from "../../components/notice";
import { Time } from "../../components/time";
import { useAct } from "../../lib/act";
import { useResource } from "../../lib/resource";
import { is_admin } from "../../lib/session";

const scopes: readonly (readonly [Scope, string, boolean])[] = [
  ["read", "read what you can see", false],
  ["chat", "write in chats", false],
  ["run", "start and stop runs", false],
  ["engine", "steer the engine and send messages to actors", true],
  ["metrics", "read /metrics", true],
  ["admin", "manage users and settings", true],
];
const lifetimes = [["30", "30 days"], ["90", "90 days"], ["365", "a year"], ["", "for ever"]] as const;
const expired = (k: ApiKey) => k.expires_at !== null && new Date(k.expires_at).getTime() < Date.now();

/// Keys with which programs act in one's name.
export function ApiKeys() {
  const keys = useResource("api-keys", (s) => api.api_keys(s));
  const [making, set_making] = useState(false);
  const [fresh, set_fresh] = useState<ApiKey | null>(null);
  const [gone, set_gone] = useState<ApiKey | null>(null);
  return (
    <section class="set">
      <h2>API keys</h2>
      <p>A program that has one acts in your name, within the key’s scopes and never beyond your own rights.</p>
      <div class="stack gap-6 below">
        {fresh?.key && (
          <div class="stack gap-4">
            <div class="notice notice--live" role="status"><Mark name="live" /><p><b>Copy the key “{fresh.name}” now.</b> It is shown this once; the server keeps only its hash.</p><Button small onClick={() => set_fresh(null)}>I have it</Button></div>
            <Code title="Key" text={fresh.key} />
          </div>
        )}
        <Loaded of={keys} what="your keys">
          {(all) => (all.length === 0
            ? <Empty title="No keys yet" action={<Button kind="primary" onClick={() => set_making(true)}>Make a key</Button>}><p>For scripts, and for whatever else is to reach the API without a browser.</p></Empty>
            : (
              <>
                <section class="panel bleed" aria-label="API keys"><div class="table-wrap"><table class="table table--two">
                  <thead><tr><th scope="col">Key</th><th scope="col">Scopes</th><th scope="col" class="not-phone">Last used</th><th scope="col" class="not-phone">Until</th><td /></tr></thead>
                  <tbody>{all.map((k) => (
                    <tr key={k.id}>
                      <th scope="row"><span class="name">{k.name}</span><span class="sub mono">{k.prefix}…</span></th>
                      <td>{k.scopes.join(", ")}</td>
                      <td class="not-phone faint nw">{k.last_used_at ? <Time at={k.last_used_at} /> : "never"}</td>
                      <td class="not-phone nw">{k.expires_at ? <span class={expired(k) ? "is-warn" : "faint"}>{expired(k) && "expired "}<Time at={k.expires_at} /></span> : <span class="faint">for ever</span>}</td>
                      <td class="num"><Button small kind="danger" onClick={() => set_gone(k)}>Revoke<span class="vh"> {k.name}</span></Button></td>
                    </tr>
                  ))}</tbody>
                </table></div></section>
                <div class="btns"><Button icon="plus" onClick={() => set_making(true)}>New key</Button></div>
              </>
            ))}
        </Loaded>
      </div>
      {making && <NewKey on_close={() => set_making(false)} on_made={(k) => { set_fresh(k); keys.set((all) => [{ ...k }, ...all]); }} />}
      {gone && (
        <ConfirmDialog title={`Revoke the key “${gone.name}”?`} act="Revoke the key" on_close={() => set_gone(null)} on_act={async () => { await api.delete_api_key(gone.id); keys.set((all) => all.filter((k) => k.id !== gone.id)); }}>
          <p>Programs that use it are refused at once, and their open streams are closed. This can’t be undone.</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

function NewKey({ on_close, on_made }: { on_close: () => void; on_made: (key: ApiKey) => void }) {
  const act = useAct();
  const [name, set_name] = useState("");
  const [chosen, set_chosen] = useState<readonly Scope[]>(["read"]);
  const [days, set_days] = useState("90");
  const make = async () => {
    const expires_at = days ? new Date(Date.now() + Number(days) * 86_400_000).toISOString() : undefined;
    if (await act.run(async () => on_made(await api.create_api_key({ name: name.trim(), scopes: [...chosen], ...(expires_at ? { expires_at } : {}) })))) on_close();
  };
  return (
    <Dialog title="New API key" on_close={on_close} on_submit={() => void make()} footer={<><Button onClick={on_close}>Leave it</Button><Button kind="primary" type="submit" server busy={act.busy} disabled={!name.trim() || chosen.length === 0}>Make the key</Button></>}>
      <div class="stack gap-5">
        <Field label="Name" help="What uses it, so that you know later what to revoke." error={act.error?.fields["name"]}>{(ids) => <input class="input" {...ids} autofocus required value={name} onInput={(e) => set_name(e.currentTarget.value)} />}</Field>
        <fieldset class="stack gap-4">
          <legend class="legend-label">It may</legend>
          {scopes.filter(([, , admin]) => !admin || is_admin()).map(([scope, what]) => (
            <label key={scope} class="check"><input type="checkbox" checked={chosen.includes(scope)} onChange={(e) => set_chosen(e.currentTarget.checked ? [...chosen, scope] : chosen.filter((s) => s !== scope))} /><span><span class="mono">{scope}</span> <span class="dim">{what}</span></span></label>
          ))}
          {act.error?.fields["scopes"] && <p class="is-bad">{act.error.fields["scopes"]}</p>}
        </fieldset>
        <Field label="It holds" error={act.error?.fields["expires_at"]}>{(ids) => <select class="select" {...ids} value={days} onChange={(e) => set_days(e.currentTarget.value)}>{lifetimes.map(([value, name]) => <option key={value} value={value}>{name}</option>)}</select>}</Field>
        <FormError error={act.error} />
      </div>
    </Dialog>
  );
}
