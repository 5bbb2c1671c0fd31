import { useState } from "preact/hooks";
import { api, type Agent, type TelegramChat, type TelegramSaid } from "../../api";
import { Button } from "../../components/button";
import { ConfirmDialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { Loaded } from "../../components/loaded";
import { FormError } from "../../components/notice";
import { Time } from "../../components/time";
import { useAct } from "../../lib/act";
import { useResource, type Resource } from "../../lib/resource";
import { is_admin, me } from "../../lib/session";

const outcomes: Record<string, string> = { queued: "", sent: "", waiting: "waits" };

function Line({ line, busy, on_again }: { line: TelegramSaid; busy: boolean; on_again: () => void }) {
  const outcome = outcomes[line.outcome] ?? line.outcome;
  return (
    <li>
      <div class="head-row"><Time at={line.at} /><span class="faint">{line.from_us ? "bot" : "chat"}</span><span class="grow" />{line.run_id && <a href={`/runs/${line.run_id}`}>run</a>}{outcome && <span class={line.outcome === "dead" ? "is-bad" : "faint"}>{line.outcome === "dead" ? "not delivered" : outcome}</span>}</div>
      <p class="break">{line.text || <span class="faint">(not shown)</span>}</p>
      {line.from_us && line.outcome === "dead" && <Button small server busy={busy} onClick={on_again}>Send again</Button>}
      {line.error && <p class="is-bad break">{line.error}</p>}
    </li>
  );
}

interface Props { chat: TelegramChat; agents: Resource<Agent[]>; on_close: () => void; on_change: () => void; on_allow: () => void }

/// One chat: whose rights it has, who answers there, and what was said.
export function ChatDrawer({ chat, agents, on_close, on_change, on_allow }: Props) {
  const history = useResource(`said ${chat.chat_id}`, (s) => api.telegram_history(chat.chat_id, s), 3000);
  const act = useAct();
  const [over, set_over] = useState(false);
  const mine = chat.allowed.some((a) => a.user_id === me.value?.id);
  const choose = (agent_id: string | null) => void act.run(async () => { await api.set_chat_agent(chat.chat_id, agent_id); on_change(); });
  return (
    <aside class="drawer" aria-label={`Chat ${chat.title}`}>
      <header>
        <div class="row"><span class="label">Telegram chat</span><Button kind="quiet" small icon="x" label="Close" onClick={on_close} /></div>
        <h2>{chat.title || chat.chat_id}</h2>
        <div class="btns">{is_admin() && <Button small onClick={on_allow}>Allow for another</Button>}<Button small kind="danger" onClick={() => set_over(true)}>Allow no more…</Button></div>
      </header>
      <section>
        <dl class="facts">
          <dt>Number</dt><dd class="mono">{chat.chat_id}</dd>
          <dt>Kind</dt><dd>{chat.kind}</dd>
          <dt>First seen</dt><dd><Time at={chat.first_seen_at} /></dd>
          {mine && chat.conversation_id && <><dt>Conversation</dt><dd><a href={`/chat/${chat.conversation_id}`}>open it here</a></dd></>}
        </dl>
        <Field label="Who answers" help="With another one, a new conversation begins.">
          {(ids) => <select class="select" {...ids} disabled={act.busy || !agents.data} value={chat.agent_id ?? ""} onChange={(e) => choose(e.currentTarget.value || null)}><option value="">The assistant</option>{agents.data?.map((a) => <option key={a.id} value={a.id}>{a.name}</option>)}</select>}
        </Field>
        <FormError error={act.error} />
      </section>
      <section>
        <h3>What was said</h3>
        <Loaded of={history} what="what was said">
          {(all) => (all.length === 0 ? <p class="dim">Nothing yet.</p> : <ul class="plain-list stack gap-5">{all.map((l) => <Line key={l.id} line={l} busy={act.busy} on_again={() => void act.run(async () => { await api.send_again(l.id); history.reload(); })} />)}</ul>)}
        </Loaded>
      </section>
      {over && (
        <ConfirmDialog title={`Allow “${chat.title}” no more?`} act="Allow it no more" on_close={() => set_over(false)} on_act={async () => { for (const a of chat.allowed) await api.disallow_chat(a.entry_id); on_change(); on_close(); }}>
          <p>It gets silence from then on, and nothing is written to it. Its conversation stays.</p>
        </ConfirmDialog>
      )}
    </aside>
  );
}
