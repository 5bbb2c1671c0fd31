import { useEffect, useState } from "preact/hooks";
import { api, export_of, type Agent } from "../../api";
import { Button } from "../../components/button";
import { ConfirmDialog } from "../../components/dialog";
import { Icon, Mark } from "../../components/icon";
import { Loading } from "../../components/loaded";
import { Menu } from "../../components/menu";
import { ErrorNotice, OfflineNotice } from "../../components/notice";
import { Page } from "../../components/page";
import { as_error } from "../../lib/act";
import { may_talk } from "../../lib/agents";
import { epoch } from "../../lib/connection";
import { useKeys } from "../../lib/keys";
import { useResource } from "../../lib/resource";
import { navigate, set_query, url } from "../../lib/router";
import { save_file } from "../../lib/save";
import { ChatList, title_of } from "./chat_list";
import { reload_chats } from "./chat_list_state";
import { ChatSession, type Failed } from "./chat_session";
import { Composer } from "./composer";
import { ConfirmSheet } from "./confirm_sheet";
import { put_draft } from "./drafts";
import { clear_files, send_files } from "./files";
import { RenameDialog } from "./rename_dialog";
import { Thread } from "./thread";
import { AgentWelcome, Welcome } from "./welcome";

const stop_help = [{ keys: "Esc", what: "stop the running turn" }] as const;

/// A session made by the first message of a new chat; the page of its address takes it over.
let handed_over: ChatSession | null = null;

function useSession(id: string | null): ChatSession | null {
  const [session, set_session] = useState<ChatSession | null>(null);
  useEffect(() => {
    if (id === null) {
      set_session(null);
      return;
    }
    const mine = handed_over?.id === id ? handed_over : new ChatSession(id);
    if (mine !== handed_over) void mine.open();
    handed_over = null;
    set_session(mine);
    return () => mine.close();
  }, [id]);
  return session?.id === id ? session : null;
}

/// The chat: conversations at the left, the turns on their rail, the composer below.
export function ChatPage({ id }: { id: string | null }) {
  const session = useSession(id);
  const models = useResource("models", (s) => api.models(s));
  const [picked, set_picked] = useState<string | null>(null);
  const [over, set_over] = useState<"" | "rename" | "delete">("");
  const agents = useResource(id === null ? "agents" : null, (s) => api.agents(s));
  const [aside, set_aside] = useState<readonly string[]>([]);
  const [start_error, set_start_error] = useState<Failed | null>(null);
  useEffect(() => { set_aside([]); set_over(""); set_start_error(null); set_picked(null); }, [id]);

  const head = session?.head.value;
  const failed = session?.load_error.value ?? null;
  const back = epoch.value;
  useEffect(() => { if (back > 0 && session && !session.head.peek()) void session.open(); }, [back]);

  const fallback = models.data?.find((m) => m.default)?.id ?? models.data?.[0]?.id;
  const known = (m: string | null | undefined) => (m && models.data?.some((x) => x.id === m) ? m : undefined);
  const agent = id === null ? agents.data?.find((a) => may_talk(a) && a.id === url.value.searchParams.get("agent")) : undefined;
  const model = picked ?? known(head?.model) ?? known(agent?.model) ?? fallback;
  const persona = head?.agent ?? null;
  const may_go_on = persona?.available ?? true;
  const title = id === null ? (agent ? `New chat with ${agent.name}` : "New chat") : head ? title_of(head) : "Chat";
  const running = session?.running.value ?? false;
  const asked = session?.confirmations.value.filter((c) => !aside.includes(c.call_id)) ?? [];
  const all_asked = session?.confirmations.value ?? [];
  useEffect(() => { if (all_asked.length === 0) set_aside([]); }, [all_asked.length === 0]); // ids begin anew with each turn

  useKeys({ Escape: () => { if (running) void session?.stop(); } }, stop_help);

  const of = id ?? "new";
  const welcome = agent ? <AgentWelcome agent={agent} /> : <Welcome demo={model?.startsWith("demo:") ?? false} on_try={(text) => { put_draft(of, text); document.getElementById("say")?.focus(); }} />;
  const start = async (text: string, signal: AbortSignal) => {
    let made: string | null = null;
    let failed_file = false;
    try {
      made = (await api.create_conversation({ ...(agent ? { agent_id: agent.id } : {}), ...(model && (!agent || picked) ? { model } : {}) })).id;
      const files = await send_files(of, made, signal).catch((e: unknown) => { failed_file = true; throw e; });
      const next = new ChatSession(made);
      await next.open();
      handed_over = next;
      clear_files(of);
      navigate(`/chat/${made}`, "replace");
      return await next.send(text, model, files);
    } catch (e) {
      if (!failed_file) set_start_error({ act: "send", error: as_error(e), text, files: [] });
      else if (made) await api.delete_conversation(made).catch(() => {}); // nothing was said in it
      return false;
    }
  };
  const send = async (text: string, signal: AbortSignal) => {
    set_start_error(null);
    if (!session) return start(text, signal);
    try {
      const files = await send_files(of, session.id, signal);
      const sent = await session.send(text, model, files);
      if (sent) clear_files(of);
      return sent;
    } catch {
      return false; // the file says why
    }
  };

  return (
    <Page
      title={title} scene={asked.length > 0 ? "confirm" : undefined}
      start={<a class="btn btn--quiet btn--icon only-narrow" href="/chats" aria-label="All chats"><Icon name="filter" /></a>}
      badge={persona && <a class="badge" href={persona.available ? `/agents/${persona.id}` : undefined} title="The agent whose prompt and tools this chat has">{persona.name || "agent"}</a>}
      actions={session && head && (
        <Menu label="More about this chat" items={[
          { name: "Export as Markdown", go: () => save_file(export_of(session.id, "md")) },
          { name: "Export as JSON", go: () => save_file(export_of(session.id, "json")) },
          { name: "Rename", go: () => set_over("rename") },
          { name: "Delete…", danger: true, go: () => set_over("delete") },
        ]} />
      )}
    >
      <div class="chat">
        <ChatList current={id} />
        <section class="thread" aria-label="Conversation">
          {id === null ? welcome
            : failed ? <div class="scroll stack"><OfflineNotice /><ErrorNotice error={failed} what="This chat could not be read." {...(failed.status === 404 ? {} : { retry: () => void session?.open() })} /><div class="btns"><a class="btn" href="/">New chat</a><a class="btn" href="/chats">All chats</a></div></div>
            : !session || !head ? <div class="scroll"><Loading what="the chat" /></div>
            : session.turns.value.length === 0 ? welcome
            : <Thread session={session} model={model} may_go_on={may_go_on} show_question={() => set_aside([])} />}
          {all_asked.length > 0 && asked.length === 0 && (
            <div class="composer"><div class="notice notice--warn"><p><b>A tool waits for your answer.</b></p><Button small onClick={() => set_aside([])}>Show the question</Button></div></div>
          )}
          {!failed && !may_go_on && (
            <div class="composer"><div class="notice"><Mark name="off" /><p><b>{persona?.name ? `${persona.name} is not here any more.` : "The agent of this chat is not here any more."}</b> It was deleted or switched off. The chat stays readable; to go on, switch the agent on or begin a new chat.</p><a class="btn btn--sm" href="/">New chat</a></div></div>
          )}
          {!failed && may_go_on && <Composer
            of={of} models={models} model={model} on_model={set_picked}
            {...(id === null ? { agents: (agents.data ?? []).filter(may_talk), agent, on_agent: (a: Agent | null) => { set_picked(null); set_query("agent", a?.id ?? null); } } : {})} running={running} stopping={session?.stopping.value ?? false}
            queued={session?.queued.value ?? null} on_unqueue={() => { if (session) session.queued.value = null; }}
            error={session?.send_error.value ?? start_error} on_send={send} on_stop={() => void session?.stop()}
          />}
        </section>
      </div>
      {session && asked[0] && (
        <ConfirmSheet
          key={asked[0].call_id} asked={asked[0]} place={all_asked.length > 1 ? `1 of ${all_asked.length}` : null}
          on_answer={(approved, scope) => session.answer(asked[0]!.call_id, approved, scope)}
          on_aside={() => set_aside(all_asked.map((c) => c.call_id))} on_late={() => session.drop_confirmation(asked[0]!.call_id)}
        />
      )}
      {session && over === "rename" && <RenameDialog title={head?.title ?? ""} on_rename={(t) => session.rename(t)} on_close={() => set_over("")} />}
      {session && over === "delete" && (
        <ConfirmDialog title={`Delete the chat “${title}”?`} act="Delete the chat" on_close={() => set_over("")} on_act={async () => {
          await api.delete_conversation(session.id);
          reload_chats();
          navigate("/");
        }}>
          <p>Everything that was said in it is gone for good. Its steps stay in the list of runs.</p>
        </ConfirmDialog>
      )}
    </Page>
  );
}
