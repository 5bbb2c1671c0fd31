import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { api } from "../api";
import { may_talk } from "../lib/agents";
import { engine, set_paused } from "../lib/engine";
import { useLater } from "../lib/later";
import { useResource } from "../lib/resource";
import { navigate } from "../lib/router";
import { choose_theme, is_admin, me, sign_out } from "../lib/session";
import { address_of, own_parts, server_parts } from "../lib/setting_groups";
import { Icon } from "./icon";
import { engine_places, places } from "./nav";

interface Choice {
  id: string; icon: string; name: string; kind?: string; keys?: string; go: () => void;
  /// Where the words stand, of a chat that was found by them.
  more?: string;
}

const most = 40; // rows; whoever sees more types another letter
const most_hits = 10; // chats that the server finds by what was said in them

const themes = [["system", "as the system"], ["light", "light"], ["dark", "dark"]] as const;

/// Everything one can go to or do, by name (Ctrl K).
export function Palette({ on_close, show_keys }: { on_close: () => void; show_keys: () => void }) {
  const box = useRef<HTMLDialogElement>(null);
  const list_id = useId();
  const [text, set_text] = useState("");
  const [at, set_at] = useState(0);
  const agents = useResource("agents", (s) => api.agents(s));
  const chats = useResource("chats", (s) => api.conversations(100, undefined, s));
  const asked = useLater(text.trim(), 150);
  const hits = useResource(asked.length >= 2 ? `chats with ${asked}` : null, (s) => api.find_conversations(asked, most_hits, undefined, s));
  useLayoutEffect(() => { // at once: what is typed next belongs to it
    const before = document.activeElement;
    box.current?.showModal();
    return () => { if (before instanceof HTMLElement && before.isConnected) before.focus(); };
  }, []);

  const all = useMemo<Choice[]>(() => {
    const to = (path: string) => () => navigate(path);
    const pages = [...places, ...engine_places].filter((p) => !p.admin || is_admin());
    const paused = engine.value?.paused ?? false;
    return [
      { id: "new", icon: "plus", name: "New chat", keys: "C", go: to("/") },
      ...(is_admin() && engine.value ? [{ id: "pause", icon: paused ? "play" : "pause", name: paused ? "Resume all runs" : "Pause all runs", keys: "P", go: () => void set_paused(!paused) }] : []),
      ...pages.map((p) => ({ id: p.href, icon: p.icon, name: p.name, go: to(p.href) })),
      ...[...own_parts, ...(is_admin() ? server_parts : [])].map((p) => ({ id: `s-${p.path}`, icon: "settings", name: p.name, kind: "settings", go: to(address_of(p)) })),
      ...(is_admin() ? [{ id: "server", icon: "plus", name: "Add a model server", go: to("/models?add=1") }] : []),
      { id: "history", icon: "clock", name: "All chats", go: to("/chats") },
      { id: "agent-new", icon: "plus", name: "New agent", go: to("/agents/new") },
      ...themes.map(([theme, name]) => ({ id: `theme-${theme}`, icon: "overview", name: `Theme: ${name}`, kind: "look", go: () => void choose_theme(theme).catch(() => {}) })),
      ...(agents.data ?? []).flatMap((a) => [
        { id: a.id, icon: "agents", name: a.name, kind: "agent", go: to(`/agents/${a.id}`) },
        ...(may_talk(a) ? [{ id: `chat-${a.id}`, icon: "chat", name: `Chat with ${a.name}`, kind: "agent", go: to(`/?agent=${a.id}`) }] : []),
        ...(a.enabled ? [{ id: `run-${a.id}`, icon: "play", name: `Run ${a.name}`, kind: "agent", go: to(`/agents/${a.id}?run=1`) }] : []),
      ]),
      ...(chats.data ?? []).map((c) => ({ id: c.id, icon: "chat", name: c.title ?? "Chat without a title", kind: "chat", go: to(`/chat/${c.id}`) })),
      { id: "keys", icon: "key", name: "All keys", keys: "?", go: show_keys },
      { id: "out", icon: "out", name: `Sign out ${me.value?.username ?? ""}`, go: () => void sign_out(false) },
    ];
  }, [agents.data, chats.data, engine.value?.paused]);

  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const by_name = all.filter((c) => words.every((w) => `${c.name} ${c.kind ?? ""}`.toLowerCase().includes(w))).slice(0, most);
  const by_text = asked === text.trim() ? (hits.data ?? []).filter((c) => !by_name.some((n) => n.id === c.id)) : [];
  const found: Choice[] = [...by_name, ...by_text.map((c) => ({
    id: c.id, icon: "chat", name: c.title ?? "Chat without a title", kind: "chat", more: c.snippet?.map((p) => p.text).join("") ?? "", go: () => navigate(`/chat/${c.id}`),
  }))];
  const searching = text.trim().length >= 2 && (asked !== text.trim() || hits.loading);
  const chosen = Math.min(at, Math.max(0, found.length - 1));
  const choose = (c: Choice | undefined) => { if (c) { on_close(); c.go(); } };
  const on_key = (e: KeyboardEvent) => {
    if (e.key === "ArrowDown") set_at((chosen + 1) % Math.max(1, found.length));
    else if (e.key === "ArrowUp") set_at((chosen - 1 + found.length) % Math.max(1, found.length));
    else if (e.key === "Enter") choose(found[chosen]);
    else return;
    e.preventDefault();
  };
  useEffect(() => { box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }); }, [chosen, text]);

  return (
    <dialog class="palette" ref={box} aria-label="Go to or do" onCancel={(e) => { e.preventDefault(); on_close(); }} onClick={(e) => { if (e.target === box.current) on_close(); }}>
      <label>
        <Icon name="search" /><span class="vh">Go to a page, agent or chat, or do something</span>
        <input
          placeholder="Go to or do…" autocomplete="off" spellcheck={false} role="combobox" aria-expanded="true" aria-controls={list_id}
          aria-activedescendant={found[chosen] ? `${list_id}-${found[chosen].id}` : undefined} value={text}
          onInput={(e) => { set_text(e.currentTarget.value); set_at(0); }} onKeyDown={on_key}
        />
        <kbd aria-hidden="true">Esc</kbd>
      </label>
      <ul role="listbox" id={list_id} aria-label="Results" tabIndex={found.length > 0 ? -1 : undefined}>
        {found.map((c, i) => (
          <li key={c.id} id={`${list_id}-${c.id}`} role="option" aria-selected={i === chosen} onClick={() => choose(c)} onMouseMove={() => set_at(i)}>
            <Icon name={c.icon} /><span>{c.name} {c.kind && <span class="faint">{c.kind}</span>}{c.more && <span class="more faint clip">{c.more}</span>}</span>{c.keys && <kbd aria-hidden="true">{c.keys}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 && !searching && <p class="pad dim" role="status">Nothing is called “{text}”.</p>}
      <footer class="not-phone"><span><kbd>↑</kbd> <kbd>↓</kbd> choose</span><span><kbd>Enter</kbd> go</span><span><kbd>?</kbd> all keys</span></footer>
    </dialog>
  );
}
