import { useEffect, useState } from "preact/hooks";
import { api, type ApiError, type Setting } from "../../api";
import { Button } from "../../components/button";
import { ConfirmDialog } from "../../components/dialog";
import { Loaded } from "../../components/loaded";
import { FormError } from "../../components/notice";
import { as_error } from "../../lib/act";
import { refresh_engine } from "../../lib/engine";
import { focus_invalid } from "../../lib/focus";
import { useResource, type Resource } from "../../lib/resource";
import { useUnsaved } from "../../lib/unsaved";
import { draft_of, name_of, SettingRow, value_of, type Draft } from "./setting_row";

/// Those that have a better place: the kill switch is in the engine box.
const elsewhere = /^system:paused$/;
const is_security = (s: Setting) => /^system:(security_|allow_|public_hosts|trusted_proxy|egress_)/.test(s.key);
const is_secret = (s: Setting) => s.type === "secret";

export const EngineSettings = () => <Settings title="Engine and limits" about="How much may happen at once, and how the engine works. Changes take effect at once unless it says otherwise." pick={(s) => !is_secret(s) && !is_security(s)} />;
export const SecuritySettings = () => <Settings title="Security" about="Who reaches this server, whom it reaches, and what guards the model against text from outside." pick={(s) => !is_secret(s) && is_security(s)} />;
export const SecretSettings = () => <Settings title="Keys and secrets" about="Encrypted on this machine. They can be replaced, never read." pick={is_secret} />;

function Settings({ title, about, pick }: { title: string; about: string; pick: (s: Setting) => boolean }) {
  const all = useResource("settings", (s) => api.settings(s));
  return (
    <section class="set">
      <h2>{title}</h2>
      <p>{about}</p>
      <Loaded of={all} what="the settings" unaffected="The engine goes on with what it knows.">
        {(rows) => <Rows all={all} rows={rows.filter((s) => pick(s) && !elsewhere.test(s.key))} />}
      </Loaded>
    </section>
  );
}

function Rows({ all, rows }: { all: Resource<Setting[]>; rows: readonly Setting[] }) {
  const [drafts, set_drafts] = useState<Readonly<Record<string, Draft>>>({});
  const [errors, set_errors] = useState<Readonly<Record<string, ApiError>>>({});
  const [busy, set_busy] = useState(false);
  const [gone, set_gone] = useState<Setting | null>(null);
  const changed = rows.filter((s) => s.key in drafts && drafts[s.key] !== draft_of(s));

  useUnsaved(changed.length > 0);

  const each = async (keys: readonly string[], act: (key: string) => Promise<unknown>) => {
    set_busy(true);
    const failed: Record<string, ApiError> = {};
    for (const key of keys) {
      try {
        await act(key);
        set_drafts(({ [key]: _, ...rest }) => rest);
      } catch (e) {
        failed[key] = as_error(e);
      }
    }
    set_errors(failed);
    if (Object.keys(failed).length > 0) focus_invalid();
    set_busy(false);
    all.reload();
    void refresh_engine();
  };
  const save = () => void each(changed.map((s) => s.key), (key) => api.set_setting(key, value_of(rows.find((s) => s.key === key)!, drafts[key]!)));
  useEffect(() => {
    const on_key = (e: KeyboardEvent) => { if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "s") { e.preventDefault(); if (changed.length > 0 && !busy) save(); } };
    addEventListener("keydown", on_key);
    return () => removeEventListener("keydown", on_key);
  });
  const message = (key: string) => {
    const e = errors[key];
    return e && (e.fields["value"] ?? e.fields[key] ?? Object.values(e.fields)[0] ?? e.message);
  };
  const whole = Object.entries(errors).find(([key, e]) => !rows.some((s) => s.key === key) || e.status === 403 || e.status === 0)?.[1] ?? null;

  if (rows.length === 0) return <p class="faint below">This server has no settings of this kind.</p>;
  return (
    <form noValidate onSubmit={(e) => { e.preventDefault(); save(); }}>
      <div class="rows">
        {rows.map((s) => (
          <SettingRow key={s.key} s={s} draft={drafts[s.key] ?? draft_of(s)} changed={changed.includes(s)} error={message(s.key)}
            on_change={(d) => set_drafts({ ...drafts, [s.key]: d })} on_reset={() => { if (is_secret(s)) set_gone(s); else void each([s.key], (key) => api.reset_setting(key)); }} />
        ))}
      </div>
      <FormError error={whole} />
      {gone && (
        <ConfirmDialog title={`Remove “${name_of(gone.key)}”?`} act="Remove it" on_close={() => set_gone(null)} on_act={async () => { await api.reset_setting(gone.key); all.reload(); }}>
          <p>It can’t be read, so it can’t be put back. What needs it goes without it. {gone.help}</p>
        </ConfirmDialog>
      )}
      {changed.length > 0 && (
        <div class="savebar" role="region" aria-label="Unsaved changes">
          <p><b>{changed.length === 1 ? "One change is not saved." : `${changed.length} changes are not saved.`}</b> <span class="faint not-phone">{changed.map((s) => name_of(s.key)).join(", ")}.</span></p>
          <Button kind="quiet" onClick={() => { set_drafts({}); set_errors({}); }}>Discard</Button>
          <Button kind="primary" type="submit" server busy={busy} keys="Ctrl S">Save</Button>
        </div>
      )}
    </form>
  );
}
