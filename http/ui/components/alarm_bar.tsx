import { api } from "../api";
import { useResource } from "../lib/resource";
import { Mark } from "./icon";
import { Time } from "./time";

const names: Record<string, string> = { webhooks: "Webhooks", telegram: "Telegram" };
export const useProofs = () => useResource("proofs", (s) => api.triggers(s), 15_000);

/// Ways in that have not been proven alive for a minute; seen on every page while it is so.
export function AlarmBar() {
  const proofs = useProofs();
  const alarms = proofs.data?.filter((p) => p.alarm) ?? [];
  if (alarms.length === 0) return null;
  return (
    <div class="alarm-bar" role="alert">
      {alarms.map((p) => <p key={p.trigger}><Mark name="hand" /><b>{names[p.trigger] ?? p.trigger} may not work</b> since <Time at={p.doubt_since!} />. {p.why}</p>)}
    </div>
  );
}

/// When a way in was last proven alive.
export function Proven({ trigger }: { trigger: string }) {
  const proofs = useProofs();
  const proof = proofs.data?.find((p) => p.trigger === trigger);
  if (!proof) return <span class="faint">not yet</span>;
  return <>{proof.proven_at ? <Time at={proof.proven_at} /> : "not yet"}{proof.doubt_since && <span class="is-warn"> in doubt since <Time at={proof.doubt_since} />: {proof.why}</span>}</>;
}
