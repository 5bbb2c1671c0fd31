import type { AuditEntry } from "../../api";
import { Button } from "../../components/button";
import { Json } from "../../components/code";
import { CopyButton } from "../../components/copy_button";
import { clock_ms, full_time, pretty } from "../../lib/format";
import { me } from "../../lib/session";
import type { Shown } from "./filter";

/// One tool call in full.
export function EntryDrawer({ entry, user, on_close, on_only }: { entry: AuditEntry; user: string | null; on_close: () => void; on_only: (change: Partial<Shown>) => void }) {
  return (
    <aside class="drawer" aria-label={`Call ${entry.id}`}>
      <header>
        <div class="row"><span class="label">Call {entry.id}</span><Button kind="quiet" small icon="x" label="Close" onClick={on_close} /></div>
        <h2 class="mono break">{entry.tool_name}</h2>
        <div class="btns">
          {entry.task_id && <a class="btn btn--sm" href={`/runs/${entry.task_id}`}>Open the run</a>}
          {entry.session_id && entry.user_id === me.value?.id && <a class="btn btn--sm" href={`/chat/${entry.session_id}`}>Open the chat</a>}
          <CopyButton text={pretty(entry)} label="Copy as JSON" />
        </div>
      </header>
      <section>
        <dl class="facts">
          <dt>Time</dt><dd title={clock_ms(entry.timestamp)}>{full_time(entry.timestamp)}</dd>
          {user !== null && <><dt>User</dt><dd>{user}</dd></>}
          <dt>Confirmed</dt><dd>{entry.confirmed ? "A person approved it." : <span class="faint">Nobody was asked, or it was denied.</span>}</dd>
          {entry.task_id && <><dt>Run</dt><dd><span class="mono">{entry.task_id}</span> <button type="button" class="link-button dim" onClick={() => on_only({ run: entry.task_id!, chat: "" })}>only this run</button></dd></>}
          {entry.session_id && <><dt>Chat</dt><dd><span class="mono">{entry.session_id}</span> <button type="button" class="link-button dim" onClick={() => on_only({ chat: entry.session_id!, run: "" })}>only this chat</button></dd></>}
        </dl>
      </section>
      <section><h3>Arguments</h3><Json title="Arguments" value={entry.arguments ?? {}} /></section>
      <section><h3>Result</h3>{entry.result_summary ? <Json title="Result" value={entry.result_summary} /> : <p class="faint">Nothing was written down.</p>}</section>
    </aside>
  );
}
