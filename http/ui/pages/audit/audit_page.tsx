import { useRef } from "preact/hooks";
import { api, type AuditEntry } from "../../api";
import { Mark } from "../../components/icon";
import { Loaded } from "../../components/loaded";
import { Empty } from "../../components/notice";
import { NothingFound } from "../../components/filter";
import { Page, Scroll } from "../../components/page";
import { Button } from "../../components/button";
import { count, exact_time, full_time, plural } from "../../lib/format";
import { useKeys, useRowKeys } from "../../lib/keys";
import { useResource } from "../../lib/resource";
import { navigate, set_query, url } from "../../lib/router";
import { is_admin } from "../../lib/session";
import { in_short } from "../chat/call_view";
import { EntryDrawer } from "./entry_drawer";
import { ExportButtons } from "./export_buttons";
import { asked_of, is_filtered, query_of, shown_of, type Shown } from "./filter";
import { FilterBar } from "./filter_bar";

const per_page = 50;
const help = [{ keys: "[", what: "newer page" }, { keys: "]", what: "older page" }, { keys: "Esc", what: "close the call" }] as const;

/// Where one is in the log, and the ways on.
function Pages({ shown, total, go }: { shown: Shown; total: number; go: (page: number) => void }) {
  const last = Math.max(1, Math.ceil(total / per_page));
  const from = (shown.page - 1) * per_page + 1;
  return (
    <nav class="btns pages" aria-label="Pages">
      <span class="faint grow">{count(from)}–{count(Math.min(total, from + per_page - 1))} of {count(total)}</span>
      <Button small server keys="[" disabled={shown.page <= 1} onClick={() => go(shown.page - 1)}>Newer</Button>
      <span class="faint">{count(shown.page)} / {count(last)}</span>
      <Button small server keys="]" disabled={shown.page >= last} onClick={() => go(shown.page + 1)}>Older</Button>
    </nav>
  );
}

function Row({ entry, href, selected, user }: { entry: AuditEntry; href: string; selected: boolean; user: string | null }) {
  return (
    <tr aria-selected={selected}>
      <th scope="row"><a class="name mono" data-row href={href}>{entry.tool_name}</a><span class="sub only-phone clip">{in_short(entry.arguments)}</span>{user !== null && <span class="sub only-phone">{user}</span>}</th>
      <td class="not-phone audit-said"><span class="clip" title={in_short(entry.arguments)}>{in_short(entry.arguments) || <span class="faint">none</span>}</span></td>
      <td class="not-phone audit-said"><span class="clip faint" title={entry.result_summary ?? ""}>{entry.result_summary}</span></td>
      <td class="nw">{entry.confirmed && <span class="state"><Mark name="you" />approved</span>}</td>
      {user !== null && <td class="not-phone">{user}</td>}
      <td class="num faint nw"><time dateTime={entry.timestamp} title={full_time(entry.timestamp)}>{exact_time(entry.timestamp)}</time></td>
    </tr>
  );
}

/// Every call of a tool, newest first.
export function AuditPage() {
  const query = url.value.searchParams;
  const shown = shown_of(query);
  const address = query_of(shown);
  const admin = is_admin();
  const log = useResource(`audit ${address}`, (s) => api.audit(asked_of(shown), shown.page, per_page, s), 10_000);
  const users = useResource(admin ? "users" : null, (s) => api.users(s));
  const box = useRef<HTMLElement>(null);
  const selected = Number(query.get("id"));
  const entry = log.data?.entries.find((e) => e.id === selected);
  const name_of = (id: string | null) => (id === null ? "system" : (users.data?.find((u) => u.id === id)?.username ?? (admin ? (users.data ? "deleted user" : "…") : "you")));
  const show = (change: Partial<Shown>) => navigate(`/audit${query_of({ ...shown, page: 1, ...change })}`, "replace");
  const close = () => set_query("id", null);
  const last = Math.max(1, Math.ceil((log.data?.total ?? 0) / per_page));
  useRowKeys(box);
  useKeys({ "[": () => { if (shown.page > 1) show({ page: shown.page - 1 }); }, "]": () => { if (shown.page < last) show({ page: shown.page + 1 }); }, Escape: close }, help);
  return (
    <Page title="Audit log" scene={entry ? "detail" : undefined} actions={<ExportButtons filter={() => asked_of(shown)} name_of={name_of} total={log.data?.total ?? 0} />}>
      <div class={entry ? "split" : "split split--one"}>
        <Scroll label="Audit log">
          {log.data && log.data.total > 0 && <p class="lead">{plural(log.data.total, "tool call")}{is_filtered(shown) ? (log.data.total === 1 ? " matches. " : " match. ") : ". "}<em>{admin ? "Of all users, newest first." : "Of your chats and agents, newest first."}</em></p>}
          <FilterBar shown={shown} on_change={show} />
          <Loaded of={log} what="the audit log" unaffected="What tools do is written down all the same.">
            {(page) => {
              if (page.total === 0 && !is_filtered(shown)) return <Empty title="No tool was called yet" action={<a class="btn btn--primary" href="/">Start a chat</a>}><p>Each call of a tool stands here for good, with its arguments, what came of it, and whether a person approved it{admin ? ", for all users" : ""}.</p></Empty>;
              if (page.total === 0) return <NothingFound on_clear={() => navigate("/audit", "replace")} />;
              if (page.entries.length === 0) return <section class="panel"><div class="empty"><p>There is no page {count(shown.page)}: {plural(last, "page")} in all.</p><Button onClick={() => show({ page: last })}>Go to the last</Button></div></section>;
              return (
                <>
                  <section class="panel bleed" aria-label="Tool calls, newest first" ref={box}>
                    <div class="table-wrap">
                      <table class="table table--two audit">
                        <thead><tr><th scope="col">Tool</th><th scope="col" class="not-phone">Arguments</th><th scope="col" class="not-phone">Result</th><th scope="col">Confirmed</th>{admin && <th scope="col" class="not-phone">User</th>}<th scope="col" class="num">Time</th></tr></thead>
                        <tbody>{page.entries.map((e) => <Row key={e.id} entry={e} href={`/audit${address}${address ? "&" : "?"}id=${e.id}`} selected={e.id === selected} user={admin ? name_of(e.user_id) : null} />)}</tbody>
                      </table>
                    </div>
                  </section>
                  {page.total > per_page && <Pages shown={shown} total={page.total} go={(p) => show({ page: p })} />}
                </>
              );
            }}
          </Loaded>
        </Scroll>
        {entry && <EntryDrawer key={entry.id} entry={entry} user={admin ? name_of(entry.user_id) : null} on_close={close} on_only={show} />}
      </div>
    </Page>
  );
}
