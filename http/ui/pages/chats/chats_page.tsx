import { useRef, useState } from "preact/hooks";
import { api, export_of, type ConversationRow } from "../../api";
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
import { useLater } from "../../lib/later";
import { usePaged } from "../../lib/paged";
import { navigate } from "../../lib/router";
import { save_file } from "../../lib/save";
import { by_day, title_of } from "../chat/chat_list";
import { RenameDialog } from "../chat/rename_dialog";

type Over = { what: "rename" | "delete"; chat: ConversationRow } | null;

/// All chats, newest first.
export function ChatsPage() {
  const [find, set_find] = useState("");
  const words = useLater(find.trim(), 200);
  const chats = usePaged(words ? `chats with ${words}` : "chats", (limit, before, s) => (words ? api.find_conversations(words, limit, before, s) : api.conversations(limit, before, s)));
  const [over, set_over] = useState<Over>(null);
  const box = useRef<HTMLElement>(null);
  useRowKeys(box);
  return (
    <Page title="All chats" actions={<Button kind="primary" small icon="plus" keys="C" onClick={() => navigate("/")}>New chat</Button>}>
      <Scroll label="All chats">
        <div class="toolbar"><Filter label="Search in titles and messages" hint="Search in titles and messages" value={find} on_change={set_find} /><span class="grow" /><span class="faint not-phone" role="status">{chats.first.data && <>{plural(chats.rows.length, "chat")}{chats.more && " and more"}</>} &nbsp; <kbd>J</kbd> <kbd>K</kbd> move &nbsp; <kbd>Enter</kbd> open</span></div>
        <Loaded of={chats.first} what="your chats" unaffected="Chats that go on are not affected.">
          {(first) => (first.length === 0 && words ? <NothingFound on_clear={() => set_find("")} /> : first.length === 0 ? (
            <Empty title="No chats yet" action={<a class="btn btn--primary" href="/">Write the first message</a>}><p>Each chat is kept here with all it said and did, to be read and gone on with.</p></Empty>
          ) : (
            <>
                <section class="panel bleed" aria-label="Chats" ref={box}>
                  <table class="table table--two">
                    <thead><tr><th scope="col">Chat</th><th scope="col" class="not-phone">Model</th><th scope="col" class="num">Begun</th><td /></tr></thead>
                    {by_day(chats.rows).map(([name, rows]) => (
                      <tbody key={name}>
                        <tr class="group"><th scope="colgroup" colSpan={4}>{name}</th></tr>
                        {rows.map((c) => (
                          <tr key={c.id}>
                            <th scope="row" class="wide"><a class="name" data-row href={`/chat/${c.id}`}>{title_of(c)}</a>{c.snippet && c.snippet.length > 0 && <span class="sub sub--wrap snippet">{c.snippet.map((p, i) => (p.hit ? <mark key={i}>{p.text}</mark> : p.text))}</span>}</th>
                            <td class="not-phone nw"><span class="mono dim">{c.model ?? ""}</span></td>
                            <td class="num faint"><Time at={c.started_at} /></td>
                            <td class="num"><Menu small label={`More about ${title_of(c)}`} items={[{ name: "Export as Markdown", go: () => save_file(export_of(c.id, "md")) }, { name: "Rename", go: () => set_over({ what: "rename", chat: c }) }, { name: "Delete…", danger: true, go: () => set_over({ what: "delete", chat: c }) }]} /></td>
                          </tr>
                        ))}
                      </tbody>
                    ))}
                  </table>
                </section>
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
