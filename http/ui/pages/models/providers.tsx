import { useEffect, useState } from "preact/hooks";
import { api, type Provider } from "../../api";
import { Button } from "../../components/button";
import { ConfirmDialog } from "../../components/dialog";
import { Mark } from "../../components/icon";
import { Loaded } from "../../components/loaded";
import { FormError } from "../../components/notice";
import { Age } from "../../components/time";
import { useAct } from "../../lib/act";
import { clock_time, plural, sentence_of } from "../../lib/format";
import { provider_name } from "../../lib/models";
import type { Resource } from "../../lib/resource";

const with_keys = ["anthropic", "openai", "openrouter"] as const;
const failing_takes = 5000;  // ms
const refresh_limit = 30_000; // ms; a list that did not come by then has its reason on the card

const is_closed = (p: Provider) => p.closed_until !== null && new Date(p.closed_until).getTime() > Date.now();
/// True where somebody should look: its list or its calls fail.
export const in_trouble = (p: Provider) => is_closed(p) || p.list_error !== "" || p.failures > 0;

function State({ p }: { p: Provider }) {
  if (is_closed(p)) return <span class="state is-bad"><Mark name="bad" />No calls now</span>;
  if (p.failures > 0) return <span class="state is-warn"><Mark name="hand" />Failing</span>;
  if (p.list_error) return <span class="state is-warn"><Mark name="hand" />No new list</span>;
  if (!p.listed_at) return <span class="state faint"><Mark name="wait" />Not listed yet</span>;
  return <span class="state faint"><Mark name="ok" />Works</span>;
}

function Card({ p, on_remove }: { p: Provider; on_remove: () => void }) {
  const own = p.api === "compatible";
  return (
    <section class="panel provider" aria-label={provider_name(p.name)}>
      <header><h3>{provider_name(p.name)}{own && <span class="badge">model server</span>}</h3><State p={p} /></header>
      <dl class="facts pad">
        <dt>Address</dt><dd class="mono">{p.base_url}</dd>
        <dt>Key</dt><dd>{p.has_key ? "there" : own ? "none" : <span class="is-warn">the server has none; users may bring their own</span>}</dd>
        <dt>List</dt><dd>{p.listed_at ? <>{plural(p.models, "model")}, read <Age from={p.listed_at} /> ago</> : <span class="faint">none yet</span>}</dd>
        <dt>Calls</dt><dd>{p.open_calls === 0 && p.waiting_calls === 0 ? <span class="faint">none now</span> : <>{p.open_calls} open, {p.waiting_calls} waiting</>}</dd>
      </dl>
      {p.list_error && <p class="pad trouble"><b>The last list could not be read.</b> {sentence_of(p.list_error)} {p.listed_at && "The one from before stays in use."}</p>}
      {p.held_until && <p class="pad trouble"><b>Its limit is reached.</b> {plural(p.waiting_calls, "call waits", "calls wait")} until {clock_time(p.held_until)}.</p>}
      {p.failures > 0 && <p class={`pad trouble${is_closed(p) ? " trouble--bad" : ""}`}><b>{p.failures === 1 ? "The last call failed." : `The last ${p.failures} calls failed.`}</b> {is_closed(p) ? `No call is made before ${clock_time(p.closed_until!)}; then one is tried.` : "After five in a row it gets a rest."}</p>}
      <footer>
        {own ? <Button small kind="danger" onClick={on_remove}>Remove<span class="vh"> {p.name}</span></Button> : <a class="btn btn--sm" href="/settings/models">Key and address<span class="vh"> of {provider_name(p.name)}</span></a>}
      </footer>
    </section>
  );
}

/// Where models come from, and how each provider is doing. For admins.
export function Providers({ of, on_change, on_add }: { of: Resource<Provider[]>; on_change: () => void; on_add: () => void }) {
  const act = useAct();
  const [gone, set_gone] = useState<Provider | null>(null);
  const [asked, set_asked] = useState<number | null>(null);
  const rows = of.data ?? [];
  // A list that fails again says the same as before: it is given a moment.
  const fresh = asked !== null && rows.every((p) => (p.listed_at !== null && new Date(p.listed_at).getTime() >= asked) || (p.list_error !== "" && Date.now() > asked + failing_takes));
  useEffect(() => {
    if (asked === null) return;
    if (fresh) { set_asked(null); on_change(); return; }
    const again = setInterval(of.reload, 700);
    const end = setTimeout(() => { set_asked(null); on_change(); }, refresh_limit);
    return () => { clearInterval(again); clearTimeout(end); };
  }, [asked, fresh]);
  const refresh = () => void act.run(async () => {
    const now = Date.now() - 2000; // the two clocks may differ a little
    await api.refresh_models();
    set_asked(now);
  });
  return (
    <Loaded of={of} what="the providers" unaffected="The models below are those of the last lists.">
      {(all) => {
        const missing = with_keys.filter((name) => !all.some((p) => p.name === name));
        if (all.length === 0) return null;
        return (
          <section class="stack gap-5" aria-labelledby="providers-head">
            <div class="head-row"><h2 class="h2" id="providers-head">Providers</h2><span class="grow" /><Button small server icon="rerun" busy={act.busy || asked !== null} onClick={refresh}>{asked !== null ? "Reading the lists" : "Refresh lists"}</Button></div>
            <FormError error={act.error} />
            <div class="grid-2">{all.map((p) => <Card key={p.name} p={p} on_remove={() => set_gone(p)} />)}</div>
            <p class="dim">Lists are read again each hour. {missing.length > 0 && <>Not set up: {missing.map(provider_name).join(", ")}. <a href="/settings/models">Enter a key</a> or <button type="button" class="link-button" onClick={on_add}>add a model server</button>.</>}</p>
            {gone && (
              <ConfirmDialog title={`Remove the model server “${gone.name}”?`} act="Remove it" on_close={() => set_gone(null)} on_act={async () => { await api.remove_model_server(gone.name); of.set((rest) => rest.filter((p) => p.name !== gone.name)); on_change(); }}>
                <p>Its {plural(gone.models, "model")} can’t be chosen any more, and runs with them fail from then on. The server itself is not touched.</p>
              </ConfirmDialog>
            )}
          </section>
        );
      }}
    </Loaded>
  );
}
