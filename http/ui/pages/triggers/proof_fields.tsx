import type { ApiError, Webhook, WebhookScheme } from "../../api";
import { Button } from "../../components/button";
import { Field } from "../../components/field";

export interface Proof { verify: WebhookScheme; token_header: string; secret: string; keep_secret: boolean }

const schemes: readonly (readonly [WebhookScheme, string, string])[] = [
  ["none", "by knowing the address", "Enough for senders that you trust to keep the address to themselves."],
  ["standard", "Standard Webhooks", "The headers webhook-id, webhook-timestamp and webhook-signature; for five minutes after they were signed."],
  ["github", "GitHub", "The header X-Hub-Signature-256; the secret is entered in the repository’s webhook settings."],
  ["stripe", "Stripe", "The header Stripe-Signature; for five minutes after it was signed."],
  ["token", "a secret in a header", "As GitLab and others do it. The header may say Bearer before the secret."],
];

export const scheme_name = (scheme: WebhookScheme) => schemes.find(([s]) => s === scheme)?.[1] ?? scheme;
export const proof_of = (hook: Webhook | null): Proof => ({ verify: hook?.verify ?? "none", token_header: hook?.token_header ?? "", secret: "", keep_secret: false });
/// What of it is sent.
export const proof_body = (p: Proof) => ({
  verify: p.verify, token_header: p.verify === "token" ? p.token_header.trim() : null,
  ...(p.verify !== "none" && p.secret ? { secret: p.secret, keep_secret: p.keep_secret } : {}),
});

/// A secret as Standard Webhooks wants it; the other schemes take any text.
function fresh_secret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

/// How the senders of a webhook prove themselves.
export function ProofFields({ hook, value, error, on_change }: { hook: Webhook | null; value: Proof; error: ApiError["fields"] | undefined; on_change: (p: Proof) => void }) {
  const set = (part: Partial<Proof>) => on_change({ ...value, ...part });
  const there = hook !== null && hook.verify === value.verify && hook.secrets > 0;
  return (
    <>
      <Field label="Senders prove themselves" help={schemes.find(([s]) => s === value.verify)?.[2]} error={error?.["verify"]}>
        {(ids) => <select class="select" {...ids} value={value.verify} onChange={(e) => set({ verify: e.currentTarget.value as WebhookScheme })}>{schemes.map(([s, name]) => <option key={s} value={s}>{name}</option>)}</select>}
      </Field>
      {value.verify === "token" && (
        <Field label="Header" error={error?.["token_header"]}>{(ids) => <input class="input mono" {...ids} placeholder="X-Gitlab-Token" spellcheck={false} value={value.token_header} onInput={(e) => set({ token_header: e.currentTarget.value })} />}</Field>
      )}
      {value.verify !== "none" && (
        <Field label="Secret" help={there ? "Empty: the present one stays. It is kept encrypted and never shown again." : "The sender needs it too. It is kept encrypted and never shown again: copy it now."} error={error?.["secret"]}>
          {(ids) => <div class="with-button"><input class="input mono" {...ids} autocomplete="off" spellcheck={false} value={value.secret} onInput={(e) => set({ secret: e.currentTarget.value })} /><Button small onClick={() => set({ secret: fresh_secret() })}>Make one</Button></div>}
        </Field>
      )}
      {there && value.secret && <label class="check"><input class="switch" type="checkbox" role="switch" checked={value.keep_secret} onChange={(e) => set({ keep_secret: e.currentTarget.checked })} />The one before holds too, until the next change</label>}
    </>
  );
}
