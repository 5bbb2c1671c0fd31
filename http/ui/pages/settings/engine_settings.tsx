import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api, type ApiError, type Setting } from "../../api";
import { Button } from "../../components/button";
import { ConfirmDialog } from "../../components/dialog";
import { Loaded } from "../../components/loaded";
import { FormError } from "../../components/notice";
import { as_error } from "../../lib/act";
import { refresh_engine } from "../../lib/engine";
import { focus_invalid } from "../../lib/focus";
import { useSaveKey } from "../../lib/keys";
import { sentence_of } from "../../lib/format";
import { useResource, type Resource } from "../../lib/resource";
import { load_session } from "../../lib/session";
import { useUnsaved } from "../../lib/unsaved";
import { settings_of, unnamed_of, type Group } from "../../lib/setting_groups";
import { draft_of, is_model, name_of, SettingRow, value_of, type Draft } from "./setting_row";

const is_secret = (s: Setting) => s.type === "secret";

/// One page of the server's settings, in its sections.
export function GroupSettings({ group, below }: { group: Group; below?: ComponentChildren }) {
  const all = useResource("settings", (s) => api.settings(s));
  return (
    <section class="set">
      <h2>{group.name}</h2>
      <p>{group.about}</p>
      <Loaded of={all} what="the settings" unaffected="The engine goes on with what it knows.">
        {(rows) => <Rows all={all} parts={[...group.sections.map((s) => ({ title: s.title, rows: settings_of(s, rows) })), { title: "More", rows: unnamed_of(group, rows) }]} />}
      </Loaded>
      {below}
    </section>
  );
}

interface Part { title: string; rows: readonly Setting[] }

function Rows({ all, parts }: { all: Resource<Setting[]>; parts: readonly Part[] }) {
  const rows = parts.flatMap((p) => p.rows);
  const models = useResource(rows.some(is_model) ? "models" : null, (s) => api.models(s));
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
    if (keys.some((key) => key.startsWith("system:personality_"))) void load_session(); // the account shows the system's texts
  };
  const save = () => void each(changed.map((s) => s.key), (key) => api.set_setting(key, value_of(rows.find((s) => s.key === key)!, drafts[key]!)));
  useSaveKey(() => { if (changed.length > 0 && !busy) save(); });
  const message = (key: string) => {
    const e = errors[key];
    return e && (e.fields["value"] ?? e.fields[key] ?? Object.values(e.fields)[0] ?? e.message);
  };
  const whole = Object.entries(errors).find(([key, e]) => !rows.some((s) => s.key === key) || e.status === 403 || e.status === 0)?.[1] ?? null;

  if (rows.length === 0) return <p class="faint below">This server has no settings of this kind.</p>;
  return (
    <form noValidate onSubmit={(e) => { e.preventDefault(); save(); }}>
      {parts.filter((p) => p.rows.length > 0).map((p) => (
        <section key={p.title} class="part">
          {p.title && <h3>{p.title}</h3>}
          <div class="rows">
            {p.rows.map((s) => (
              <SettingRow key={s.key} s={s} draft={drafts[s.key] ?? draft_of(s)} changed={changed.includes(s)} error={message(s.key)} {...(is_model(s) ? { models: models.data ?? [] } : {})}
                on_change={(d) => set_drafts((old) => ({ ...old, [s.key]: d }))} on_reset={() => { if (is_secret(s)) set_gone(s); else void each([s.key], (key) => api.reset_setting(key)); }} />
            ))}
          </div>
        </section>
      ))}
      <FormError error={whole} />
      {gone && (
        <ConfirmDialog title={`Remove “${name_of(gone.key)}”?`} act="Remove it" on_close={() => set_gone(null)} on_act={async () => { await api.reset_setting(gone.key); all.reload(); }}>
          <p>It can’t be read, so it can’t be put back. What needs it goes without it. {sentence_of(gone.help)}</p>
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
