import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api } from "../../api";
import { Button } from "../../components/button";
import { ConfirmDialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { Loaded } from "../../components/loaded";
import { FormError } from "../../components/notice";
import { Time } from "../../components/time";
import { useAct } from "../../lib/act";
import { useResource, type Resource } from "../../lib/resource";

/// Where tools may go without being asked: folders and sites.
export function Whitelists() {
  const folders = useResource("folders", (s) => api.folders(s));
  const domains = useResource("domains", (s) => api.web_whitelist(s));
  const [path, set_path] = useState("");
  const [for_users, set_for_users] = useState(false);
  const [domain, set_domain] = useState("");
  return (
    <>
      <List
        title="Folders" about="The file tool reaches the folder of each user, and these. They are for admins’ agents unless they are for users too."
        of={folders} what="the folders" key_name="Folder" empty="No folders beyond those of the users."
        rows={(folders.data ?? []).map((f) => ({ key: f.path, note: f.note, at: f.created_at, extra: f.for_users ? <span class="badge">for users too</span> : null }))}
        on_remove={async (key) => { await api.remove_folder(key); folders.reload(); }}
        on_add={async (note) => { await api.add_folder({ path: path.trim(), ...(note ? { note } : {}), ...(for_users ? { for_users } : {}) }); set_path(""); folders.reload(); }}
        field={(error) => (
          <>
            <Field label="Folder" help="A whole path, such as /srv/documents." error={error("path")}>{(ids) => <input class="input mono" {...ids} spellcheck={false} value={path} onInput={(e) => set_path(e.currentTarget.value)} />}</Field>
            <label class="check"><input type="checkbox" checked={for_users} onChange={(e) => set_for_users(e.currentTarget.checked)} />For agents of users too</label>
          </>
        )}
        ready={path.trim() !== ""} add="Allow the folder"
      />
      <List
        title="Sites" about="Sites that tools may read without asking, with everything below them: example.org stands for docs.example.org too."
        of={domains} what="the sites" key_name="Site" empty="No sites yet: each page asks in a chat, and unattended only an agent whose tools name web reads any."
        rows={(domains.data ?? []).map((d) => ({ key: d.domain, note: d.note, at: d.created_at, extra: null }))}
        on_remove={async (key) => { await api.remove_domain(key); domains.reload(); }}
        on_add={async (note) => { await api.add_domain({ domain: domain.trim(), ...(note ? { note } : {}) }); set_domain(""); domains.reload(); }}
        field={(error) => <Field label="Site" help="A host name, such as example.org." error={error("domain")}>{(ids) => <input class="input mono" {...ids} spellcheck={false} value={domain} onInput={(e) => set_domain(e.currentTarget.value)} />}</Field>}
        ready={domain.trim() !== ""} add="Allow the site"
      />
    </>
  );
}

interface Row { key: string; note: string | null; at: string; extra: ComponentChildren }
interface ListProps {
  title: string; about: string; of: Resource<unknown>; what: string; key_name: string; empty: string; rows: readonly Row[];
  field: (error: (name: string) => string | undefined) => ComponentChildren;
  ready: boolean; add: string; on_add: (note: string) => Promise<void>; on_remove: (key: string) => Promise<void>;
}

function List(p: ListProps) {
  const act = useAct();
  const [note, set_note] = useState("");
  const [gone, set_gone] = useState<string | null>(null);
  const submit = async () => { if (await act.run(() => p.on_add(note.trim()))) set_note(""); };
  return (
    <section class="set">
      <h2>{p.title}</h2>
      <p>{p.about}</p>
      <div class="stack gap-6 below">
        <Loaded of={p.of} what={p.what}>
          {() => (p.rows.length === 0 ? <p class="faint">{p.empty}</p> : (
            <section class="panel bleed" aria-label={p.title}><div class="table-wrap"><table class="table table--two">
              <thead><tr><th scope="col">{p.key_name}</th><th scope="col" class="not-phone">Note</th><th scope="col" class="num not-phone">Since</th><td /></tr></thead>
              <tbody>{p.rows.map((r) => (
                <tr key={r.key}>
                  <th scope="row"><span class="mono break">{r.key}</span> {r.extra}{r.note && <span class="sub only-phone">{r.note}</span>}</th><td class="not-phone dim">{r.note}</td><td class="num not-phone faint"><Time at={r.at} /></td>
                  <td class="num"><Button small kind="danger" onClick={() => set_gone(r.key)}>Remove<span class="vh"> {r.key}</span></Button></td>
                </tr>
              ))}</tbody>
            </table></div></section>
          ))}
        </Loaded>
        <form class="stack gap-5 narrow-form" noValidate onSubmit={(e) => { e.preventDefault(); void submit(); }}>
          {p.field((name) => act.error?.fields[name])}
          <Field label={<>Note <span class="faint">if you like</span></>} error={act.error?.fields["note"]}>{(ids) => <input class="input" {...ids} value={note} onInput={(e) => set_note(e.currentTarget.value)} />}</Field>
          <FormError error={act.error} />
          <div class="btns"><Button type="submit" server icon="plus" busy={act.busy} disabled={!p.ready}>{p.add}</Button></div>
        </form>
      </div>
      {gone !== null && <ConfirmDialog title={`Take ${gone} off the list?`} act="Take it off" on_close={() => set_gone(null)} on_act={() => p.on_remove(gone)}><p>Agents that count on it are refused from now on. Nothing is deleted.</p></ConfirmDialog>}
    </section>
  );
}
