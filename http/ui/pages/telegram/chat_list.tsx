import type { TelegramChat } from "../../api";
import { Button } from "../../components/button";
import { Time } from "../../components/time";
import { count } from "../../lib/format";

/// Chats that have written to the bot; strangers stand apart.
export function ChatList({ chats, selected, on_allow }: { chats: TelegramChat[]; selected: string | null; on_allow: (chat: TelegramChat) => void }) {
  const known = chats.filter((c) => c.allowed.length > 0);
  const strangers = chats.filter((c) => c.allowed.length === 0);
  const rows = (list: TelegramChat[], stranger: boolean) => (
    <div class="table-wrap">
      <table class="table table--two">
        <thead><tr><th scope="col">Chat</th><th scope="col" class="num">Messages</th><th scope="col" class="num not-phone">Last</th>{stranger && <th scope="col"><span class="vh">Allow</span></th>}</tr></thead>
        <tbody>{list.map((c) => (
          <tr key={c.chat_id} aria-selected={c.chat_id === selected}>
            <th scope="row">{stranger ? <span class="name">{c.title || c.chat_id}</span> : <a class="name" data-row href={`/telegram?id=${c.chat_id}`}>{c.title || c.chat_id}</a>}<span class="sub">{c.username && `@${c.username} · `}{c.kind !== "private" && `${c.kind} · `}<span class="mono">{c.chat_id}</span></span></th>
            <td class="num">{count(c.messages)}</td>
            <td class="num not-phone faint"><Time at={c.last_seen_at} /></td>
            {stranger && <td><Button small server onClick={() => on_allow(c)}>Allow…<span class="vh"> {c.title}</span></Button></td>}
          </tr>
        ))}</tbody>
      </table>
    </div>
  );
  return (
    <>
      {known.length > 0 && <section class="panel bleed" aria-label="Allowed chats">{rows(known, false)}</section>}
      {strangers.length > 0 && (
        <section class="stack gap-4" aria-label="Strangers">
          <h2>Strangers</h2>
          <p class="dim">They wrote to the bot and got no answer; what they wrote is not kept.</p>
          <div class="panel bleed">{rows(strangers, true)}</div>
        </section>
      )}
    </>
  );
}
