import { useRef, useState } from "preact/hooks";
import { api, type ConversationRow } from "../../api";
import { Button } from "../../components/button";
import { ConfirmDialog } from "../../components/dialog";
import { Filter, NothingFound } from "../../components/filter";
import { Loaded } from "../../components/loaded";
import { Menu } from "../../components/menu";
import { MoreRows } from "../../components/more_rows";
import { Empty } from "../../components/notice";
import { Page, Scroll } from "../../components/page";
import { Time } from "../../components/time";
import { plural } from "../../lib/format";
import { useRowKeys } from "../../lib/keys";
import { usePaged } from "../../lib/paged";
import { navigate } from "../../lib/router";
import { by_day, title_of } from "../chat/chat_list";
import { RenameDialog } from "../chat/rename_dialog";

type Over = { what: "rename" | "delete"; chat: ConversationRow } | null;

/// All chats, newest first.
export function ChatsPage() {
  const chats = usePaged("chats", (limit, before, s) => api.conversations(limit, before, s));
  const [find, set_find] = useState("");
  const [over, set_over] = useState<Over>(null);
  const box = useRef<HTMLElement>(null);
  useRowKeys(box);
  const found = chats.rows.filter((c) => title_of(c).toLowerCase().includes(find.toLowerCase()));
  return (
    <Page title="All chats" actions={<Button kind="primary" small icon="plus" keys="C" onClick={() => navigate("/")}>New chat</Button>}>
      <Scroll label="All chats">
        <Loaded of={chats.first} what="your chats" unaffected="Chats that go on are not affected.">
          {(first) => (first.length === 0 ? (
            <Empty title="No chats yet" action={<a class="btn btn--primary" href="/">Write the first message</a>}><p>Each chat is kept here with all it said and did, to be read and gone on with.</p></Empty>
          ) : (
            <>
              <div class="toolbar"><Filter label="Filter chats by title" hint="Filter by title" value={find} on_change={set_find} /><span class="grow" /><span class="faint not-phone">{plural(chats.rows.length, "chat")}{chats.more && " and more"} &nbsp; <kbd>J</kbd> <kbd>K</kbd> move &nbsp; <kbd>Enter</kbd> open</span></div>
              {found.length === 0 ? <NothingFound on_clear={() => set_find("")} /> : (
                <section class="panel bleed" aria-label="Chats" ref={box}>
                  <table class="table table--two">
                    <thead><tr><th scope="col">Chat</th><th scope="col" class="not-phone">Model</th><th scope="col" class="num">Begun</th><td /></tr></thead>
                    {by_day(found).map(([name, rows]) => (
                      <tbody key={name}>
                        <tr class="group"><th scope="colgroup" colSpan={4}>{name}</th></tr>
                        {rows.map((c) => (
                          <tr key={c.id}>
                            <th scope="row" class="wide"><a class="name" data-row href={`/chat/${c.id}`}>{title_of(c)}</a></th>
                            <td class="not-phone nw"><span class="mono dim">{c.model ?? ""}</span></td>
                            <td class="num faint"><Time at={c.started_at} /></td>
                            <td class="num"><Menu small label={`More about ${title_of(c)}`} items={[{ name: "Rename", go: () => set_over({ what: "rename", chat: c }) }, { name: "Delete…", danger: true, go: () => set_over({ what: "delete", chat: c }) }]} /></td>
                          </tr>
                        ))}
                      </tbody>
                    ))}
                  </table>
                </section>
              )}
              <MoreRows of={chats} />
            </>
          ))}
        </Loaded>
      </Scroll>
      {over?.what === "rename" && <RenameDialog title={over.chat.title ?? ""} on_close={() => set_over(null)} on_rename={async (title) => { await api.rename_conversation(over.chat.id, title); chats.first.reload(); }} />}
      {over?.what === "delete" && (
        <ConfirmDialog title={`Delete the chat “${title_of(over.chat)}”?`} act="Delete the chat" on_close={() => set_over(null)} on_act={async () => { await api.delete_conversation(over.chat.id); chats.first.reload(); }}>
          <p>Everything that was said in it is gone for good. Its steps stay in the list of runs.</p>
        </ConfirmDialog>
      )}
    </Page>
  );
}
