import { useState } from "preact/hooks";
import { api, type ConversationRow } from "../../api";
import { Button } from "../../components/button";
import { Icon } from "../../components/icon";
import { Loaded } from "../../components/loaded";
import { Time } from "../../components/time";
import { days_ago } from "../../lib/format";
import { useReload, useResource } from "../../lib/resource";
import { navigate } from "../../lib/router";
import { chats_changed } from "./chat_list_state";

export const title_of = (c: { title: string | null }) => c.title || "New chat";

const shown = 100; // the rest is on the page of all chats

/// Groups by day: today, yesterday, this week, before. Keeps the order, newest first.
export function by_day(rows: readonly ConversationRow[]): [string, ConversationRow[]][] {
  const groups = new Map<string, ConversationRow[]>();
  for (const row of rows) {
    const days = days_ago(new Date(row.ended_at ?? row.started_at));
    const name = days <= 0 ? "Today" : days === 1 ? "Yesterday" : days < 7 ? "Last 7 days" : days < 31 ? "Last 30 days" : "Before";
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups];
}

/// The conversations at the left of the thread.
export function ChatList({ current }: { current: string | null }) {
  const chats = useResource("chats", (s) => api.conversations(shown, undefined, s));
  useReload(chats_changed.value, chats.reload);
  const [find, set_find] = useState("");
  return (
    <aside class="chats" aria-label="Conversations">
      <div class="find">
        <Button icon="plus" keys="C" onClick={() => navigate("/")}>New chat</Button>
        <label class="with-icon"><span class="vh">Filter by title</span><Icon name="search" /><input class="input" type="search" placeholder="Filter by title" value={find} onInput={(e) => set_find(e.currentTarget.value)} /></label>
      </div>
      <nav aria-label="Chats">
        <Loaded of={chats} what="your chats" skeleton={<div class="pad stack gap-5">{["70%", "85%", "55%"].map((w) => <span key={w} class="skel" style={{ width: w }} />)}</div>}>
          {(rows) => {
            const found = rows.filter((c) => title_of(c).toLowerCase().includes(find.toLowerCase()));
            if (rows.length === 0) return <p class="faint pad-4">No chats yet. What you write becomes the first.</p>;
            if (found.length === 0) return <p class="faint pad-4">No title has “{find}”. <Button kind="quiet" small onClick={() => set_find("")}>Clear the filter</Button></p>;
            return (
              <>
                {by_day(found).map(([name, group]) => (
                  <section key={name}>
                    <h2>{name}</h2>
                    <ul>{group.map((c) => (
                      <li key={c.id}><a href={`/chat/${c.id}`} aria-current={c.id === current ? "true" : undefined}><span class="clip" title={title_of(c)}>{title_of(c)}</span><Time at={c.ended_at ?? c.started_at} /></a></li>
                    ))}</ul>
                  </section>
                ))}
                <p class="pad-4"><a href="/chats">All chats</a></p>
              </>
            );
          }}
        </Loaded>
      </nav>
    </aside>
  );
}
