import { useEffect, useRef, useState } from "preact/hooks";
import { api, type Webhook } from "../../api";
import { Button } from "../../components/button";
import { ConfirmDialog } from "../../components/dialog";
import { Filter, NothingFound } from "../../components/filter";
import { Loaded } from "../../components/loaded";
import { Empty, FormError } from "../../components/notice";
import { Page, Scroll } from "../../components/page";
import { Time } from "../../components/time";
import { useAct } from "../../lib/act";
import { offline_since } from "../../lib/connection";
import { count, plural } from "../../lib/format";
import { useKeys, useRowKeys } from "../../lib/keys";
import { useResource } from "../../lib/resource";
import { navigate, url } from "../../lib/router";
import { WebhookDialog } from "./webhook_dialog";
import { WebhookDrawer } from "./webhook_drawer";

const new_help = [{ keys: "N", what: "new webhook" }, { keys: "Esc", what: "close the webhook" }] as const;
type Over = { what: "new"; agent: string | null } | { what: "edit" | "delete"; hook: Webhook } | null;

/// What starts agents from outside: webhooks.
export function TriggersPage() {
  const hooks = useResource("webhooks", (s) => api.webhooks(s), 5000);
  const agents = useResource("agents", (s) => api.agents(s));
  const [find, set_find] = useState("");
  const [over, set_over] = useState<Over>(null);
  const act = useAct();
  const box = useRef<HTMLElement>(null);
  const selected = url.value.searchParams.get("id");
  const close = () => navigate("/triggers", "replace");
  useKeys({ n: () => set_over({ what: "new", agent: null }), Escape: close }, new_help);
  useRowKeys(box);
  useEffect(() => {
    const agent = url.value.searchParams.get("new");
    if (agent) set_over({ what: "new", agent });
  }, []);

  const known_agent = (id: string | null) => agents.data?.find((a) => a.id === id)?.name ?? (agents.data ? null : "…");
  const agent_name = (id: string | null) => known_agent(id) ?? "deleted agent";
  const replace = (hook: Webhook) => hooks.set((all) => all.map((h) => (h.id === hook.id ? { ...h, ...hook } : h)));
  const toggle = (hook: Webhook, change: Partial<Webhook>) => {
    replace({ ...hook, ...change });
    void act.run(async () => replace(await api.update_webhook(hook.id, change as { enabled?: boolean; allow_get?: boolean }))).then((ok) => { if (!ok) replace(hook); });
  };
  const shown = hooks.data?.find((h) => h.id === selected);

  return (
    <Page title="Triggers" scene={shown ? "detail" : undefined} actions={<Button kind="primary" small icon="plus" keys="N" onClick={() => set_over({ what: "new", agent: null })}>New webhook</Button>}>
      <div class={shown ? "split" : "split split--one"}>
        <Scroll label="Webhooks">
          <Loaded of={hooks} what="the webhooks" unaffected="Webhooks go on taking in what arrives.">
            {(all) => {
              if (all.length === 0) return <Empty title="No webhooks yet" action={<Button kind="primary" onClick={() => set_over({ what: "new", agent: null })}>Make a webhook</Button>}><p>A webhook is a secret address. What is posted to it starts an agent, and is stored before it is acknowledged.</p></Empty>;
              const off = all.filter((h) => !h.enabled).length;
              const found = all.filter((h) => `${h.name} ${agent_name(h.agent_id)}`.toLowerCase().includes(find.toLowerCase()));
              return (
                <>
                  <p class="lead">{plural(all.length, "webhook")}{off > 0 ? `, ${off} switched off. ` : ". "}<em>{plural(all.reduce((n, h) => n + h.trigger_count, 0), "delivery", "deliveries")} since they were made.</em></p>
                  <div class="toolbar"><Filter label="Filter webhooks" hint="Filter by name or agent" value={find} on_change={set_find} /><span class="grow" /><span class="faint not-phone"><kbd>J</kbd> <kbd>K</kbd> move &nbsp; <kbd>Enter</kbd> open</span></div>
                  <FormError error={act.error} />
                  {found.length === 0 ? <NothingFound on_clear={() => set_find("")} /> : (
                    <section class="panel bleed" aria-label="All webhooks" ref={box}>
                      <div class="table-wrap">
                        <table class="table table--two">
                          <thead><tr><th scope="col">Webhook</th><th scope="col" class="not-phone">Starts</th><th scope="col" class="num">Deliveries</th><th scope="col" class="num not-phone">Last</th><th scope="col">On</th></tr></thead>
                          <tbody>{found.map((h) => (
                            <tr key={h.id} aria-selected={h.id === selected}>
                              <th scope="row"><a class="name" data-row href={`/triggers?id=${h.id}`}>{h.name}</a><span class={`sub only-phone${known_agent(h.agent_id) === null ? " is-warn" : ""}`}>{agent_name(h.agent_id)}</span></th>
                              <td class="not-phone">{h.agent_id && agents.data?.some((a) => a.id === h.agent_id) ? <a href={`/agents/${h.agent_id}`}>{agent_name(h.agent_id)}</a> : <span class="is-warn">{agent_name(h.agent_id)}</span>}</td>
                              <td class="num">{count(h.trigger_count)}</td>
                              <td class="num not-phone faint">{h.last_triggered_at ? <Time at={h.last_triggered_at} /> : "never"}</td>
                              <td><input class="switch" type="checkbox" role="switch" aria-label={`${h.name} on`} checked={h.enabled} disabled={offline_since.value !== null} onChange={(e) => toggle(h, { enabled: e.currentTarget.checked })} /></td>
                            </tr>
                          ))}</tbody>
                        </table>
                      </div>
                    </section>
                  )}
                </>
              );
            }}
          </Loaded>
        </Scroll>
        {shown && <WebhookDrawer key={shown.id} hook={shown} agent={known_agent(shown.agent_id)} on_close={close} on_toggle={(c) => toggle(shown, c)} on_edit={() => set_over({ what: "edit", hook: shown })} on_delete={() => set_over({ what: "delete", hook: shown })} on_sent={hooks.reload} />}
      </div>
      {over?.what === "new" && <WebhookDialog hook={null} agent={over.agent} agents={agents} on_close={() => set_over(null)} on_save={async (b) => { const made = await api.create_webhook(b); hooks.set((all) => [made, ...all]); navigate(`/triggers?id=${made.id}`, "replace"); }} />}
      {over?.what === "edit" && <WebhookDialog hook={over.hook} agent={null} agents={agents} on_close={() => set_over(null)} on_save={async (b) => replace(await api.update_webhook(over.hook.id, b))} />}
      {over?.what === "delete" && (
        <ConfirmDialog title={`Delete the webhook “${over.hook.name}”?`} act="Delete the webhook" on_close={() => set_over(null)} on_act={async () => { await api.delete_webhook(over.hook.id); hooks.set((all) => all.filter((h) => h.id !== over.hook.id)); close(); }}>
          <p>Its address answers 404 from then on; whoever posts to it has to be given another. Runs that it started stay.</p>
        </ConfirmDialog>
      )}
    </Page>
  );
}
