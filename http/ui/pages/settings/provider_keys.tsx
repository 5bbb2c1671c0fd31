import { useState } from "preact/hooks";
import { api, type KeyedProvider } from "../../api";
import { Button } from "../../components/button";
import { ConfirmDialog, Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { Mark } from "../../components/icon";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";
import { provider_name } from "../../lib/models";
import { me } from "../../lib/session";

const providers: readonly KeyedProvider[] = ["anthropic", "openai", "openrouter"];

async function put(provider: KeyedProvider, key: string | null): Promise<void> {
  me.value = { ...me.value!, ...(await api.update_me({ provider_keys: { [provider]: key } })) };
}

function KeyDialog({ provider, on_close }: { provider: KeyedProvider; on_close: () => void }) {
  const act = useAct();
  const [key, set_key] = useState("");
  const save = async () => { if (await act.run(() => put(provider, key.trim()))) on_close(); };
  return (
    <Dialog title={`Your key for ${provider_name(provider)}`} on_close={on_close} on_submit={() => void save()} footer={<>
      <Button onClick={on_close}>Leave it</Button>
      <Button kind="primary" type="submit" server busy={act.busy} disabled={!key.trim()}>Keep the key</Button>
    </>}>
      <div class="stack gap-5">
        <Field label="Key" help="It is encrypted, and never shown again." error={act.error?.fields[`provider_keys.${provider}`]}>
          {(ids) => <input class="input mono" {...ids} type="password" autocomplete="off" autofocus value={key} onInput={(e) => set_key(e.currentTarget.value)} />}
        </Field>
        <FormError error={act.error} />
      </div>
    </Dialog>
  );
}

/// Keys of one's own, which go before the server's in one's own runs.
export function ProviderKeys() {
  const [over, set_over] = useState<{ what: "set" | "remove"; provider: KeyedProvider } | null>(null);
  const mine = me.value?.provider_keys ?? [];
  return (
    <section class="set">
      <h2>Provider keys</h2>
      <p>With a key of your own, your chats and agents call that provider in your name and on your bill, before the server’s key. Nobody else’s runs use it. Without one, the server’s is used where it has one.</p>
      <div class="rows">
        {providers.map((p) => (
          <div key={p} class="opt stackable">
            <span class="t">{provider_name(p)}</span>
            <p class="state">{mine.includes(p) ? <><Mark name="ok" />Your own key is used</> : <><Mark name="idle" />No key of your own</>}</p>
            <div class="ctl">
              <Button small server icon="key" onClick={() => set_over({ what: "set", provider: p })}>{mine.includes(p) ? "Replace" : "Enter a key"}<span class="vh"> for {provider_name(p)}</span></Button>
              {mine.includes(p) && <Button small server kind="danger" onClick={() => set_over({ what: "remove", provider: p })}>Remove<span class="vh"> the key for {provider_name(p)}</span></Button>}
            </div>
          </div>
        ))}
      </div>
      {over?.what === "set" && <KeyDialog provider={over.provider} on_close={() => set_over(null)} />}
      {over?.what === "remove" && (
        <ConfirmDialog title={`Remove your key for ${provider_name(over.provider)}?`} act="Remove the key" on_close={() => set_over(null)} on_act={() => put(over.provider, null)}>
          <p>It can’t be read, so it can’t be put back. Your runs use the server’s key where there is one.</p>
        </ConfirmDialog>
      )}
    </section>
  );
}
