import { useRef, useState } from "preact/hooks";
import { api, type Target } from "../../api";
import { Button } from "../../components/button";
import { ConfirmDialog } from "../../components/dialog";
import { Filter, NothingFound } from "../../components/filter";
import { Loaded } from "../../components/loaded";
import { Empty, FormError } from "../../components/notice";
import { Page, Scroll } from "../../components/page";
import { useAct } from "../../lib/act";
import { offline_since } from "../../lib/connection";
import { plural } from "../../lib/format";
import { useKeys, useRowKeys } from "../../lib/keys";
import { useResource } from "../../lib/resource";
import { navigate, url } from "../../lib/router";
import { SecretDialog, TargetDialog } from "./target_dialog";
import { TargetDrawer } from "./target_drawer";

const new_help = [{ keys: "N", what: "new target" }, { keys: "Esc", what: "close the target" }] as const;
type Over = { what: "new" } | { what: "edit" | "delete" | "renew"; target: Target } | { what: "secret"; secret: string } | null;

/// Where runs and tools send to: webhook targets.
export function TargetsPage() {
  const targets = useResource("targets", (s) => api.targets(s), 5000);
  const [find, set_find] = useState("");
  const [over, set_over] = useState<Over>(null);
  const act = useAct();
  const box = useRef<HTMLElement>(null);
  const selected = url.value.searchParams.get("id");
  const close = () => navigate("/targets", "replace");
  useKeys({ n: () => set_over({ what: "new" }), Escape: close }, new_help);
  useRowKeys(box);
  const replace = (t: Target) => targets.set((all) => all.map((x) => (x.id === t.id ? { ...x, ...t } : x)));
  const toggle = (t: Target, enabled: boolean) => {
    replace({ ...t, enabled });
    void act.run(async () => replace(await api.update_target(t.id, { enabled }))).then((ok) => { if (!ok) replace(t); });
  };
  const make = <Button kind="primary" onClick={() => set_over({ what: "new" })}>Make a target</Button>;
  const shown = targets.data?.find((t) => t.id === selected);
  return (
    <Page title="Targets" scene={shown ? "detail" : undefined} actions={<Button kind="primary" small icon="plus" keys="N" onClick={() => set_over({ what: "new" })}>New target</Button>}>
      <div class={shown ? "split" : "split split--one"}>
        <Scroll label="Targets">
          <Loaded of={targets} what="the targets" unaffected="Deliveries go on going out.">
            {(all) => {
              if (all.length === 0) return <Empty title="No targets yet" action={make}><p>A target is an address of another program. It is told how an agent’s runs end, and agents may send it messages. What is sent is stored first, and repeated until it arrives.</p></Empty>;
              const found = all.filter((t) => `${t.name} ${t.url}`.toLowerCase().includes(find.toLowerCase()));
              const off = all.filter((t) => !t.enabled).length;
              return (
                <>
                  <p class="lead">{plural(all.length, "target")}{off > 0 ? `, ${off} switched off. ` : ". "}<em>Agents send to them with the tool webhook, or have the ends of their runs told.</em></p>
                  <div class="toolbar"><Filter label="Filter targets" hint="Filter by name or address" value={find} on_change={set_find} /></div>
                  <FormError error={act.error} />
                  {found.length === 0 ? <NothingFound on_clear={() => set_find("")} /> : (
                    <section class="panel bleed" aria-label="All targets" ref={box}>
                      <div class="table-wrap">
                        <table class="table table--two">
                          <thead><tr><th scope="col">Target</th><th scope="col" class="not-phone">Address</th><th scope="col">On</th></tr></thead>
                          <tbody>{found.map((t) => (
                            <tr key={t.id} aria-selected={t.id === selected}>
                              <th scope="row"><a class="name" data-row href={`/targets?id=${t.id}`}>{t.name}</a>{t.disabled_reason && <span class="sub is-warn">{t.disabled_reason}</span>}</th>
                              <td class="not-phone mono clip">{t.url}</td>
                              <td><input class="switch" type="checkbox" role="switch" aria-label={`${t.name} on`} checked={t.enabled} disabled={offline_since.value !== null} onChange={(e) => toggle(t, e.currentTarget.checked)} /></td>
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
        {shown && <TargetDrawer key={shown.id} target={shown} on_close={close} on_toggle={(on) => toggle(shown, on)} on_edit={() => set_over({ what: "edit", target: shown })} on_delete={() => set_over({ what: "delete", target: shown })} on_secret={() => set_over({ what: "renew", target: shown })} />}
      </div>
      {over?.what === "new" && <TargetDialog target={null} on_close={() => set_over((now) => (now?.what === "new" ? null : now))} on_save={async (b) => {
        const made = await api.create_target(b);
        targets.set((all) => [made, ...all]);
        navigate(`/targets?id=${made.id}`, "replace");
        set_over({ what: "secret", secret: made.signing_secret! });
      }} />}
      {over?.what === "edit" && <TargetDialog target={over.target} on_close={() => set_over(null)} on_save={async (b) => replace(await api.update_target(over.target.id, b))} />}
      {over?.what === "secret" && <SecretDialog secret={over.secret} on_close={() => set_over(null)} />}
      {over?.what === "renew" && (
        <ConfirmDialog title={`A new signing secret for “${over.target.name}”?`} act="Make a new secret" on_close={() => set_over((now) => (now?.what === "renew" ? null : now))} on_act={async () => set_over({ what: "secret", secret: (await api.renew_target_secret(over.target.id)).signing_secret })}>
          <p>The present one no longer signs anything. The receiver refuses deliveries until it has the new one.</p>
        </ConfirmDialog>
      )}
      {over?.what === "delete" && (
        <ConfirmDialog title={`Delete the target “${over.target.name}”?`} act="Delete the target" on_close={() => set_over(null)} on_act={async () => { await api.delete_target(over.target.id); targets.set((all) => all.filter((t) => t.id !== over.target.id)); close(); }}>
          <p>Nothing is sent there from then on. What waits for it, and the list of what was sent, are deleted too.</p>
        </ConfirmDialog>
      )}
    </Page>
  );
}
