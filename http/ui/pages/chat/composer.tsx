import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Agent, Model } from "../../api";
import { AttachButton } from "./attach_button";
import { Button } from "../../components/button";
import { Icon, Mark } from "../../components/icon";
import { OfflineNotice } from "../../components/notice";
import { offline_since } from "../../lib/connection";
import { bytes, plural } from "../../lib/format";
import type { Resource } from "../../lib/resource";
import type { Failed, Unsent } from "./chat_session";
import { draft_of, put_draft } from "./drafts";
import { DropArea } from "./drop_area";
import { accepted, add_files, can_take, files_of, most_bytes, most_files, put_back, remove_file, why_none, why_not_this } from "./files";
import { ModelPicker } from "./model_picker";
import { PendingFiles } from "./pending_files";

interface Props {
  models: Resource<Model[]>;
  model: string | undefined;
  on_model: (id: string) => void;
  /// In a new chat: the agents whose persona it can have, the chosen one, and how it is chosen (null: none).
  agents?: readonly Agent[];
  agent?: Agent | undefined;
  on_agent?: (agent: Agent | null) => void;
  running: boolean;
  stopping: boolean;
  queued: Unsent | null;
  on_unqueue: () => void;
  error: Failed | null;
  /// Sends the text with the files that wait (files.ts); true when both are on their way.
  on_send: (text: string, signal: AbortSignal) => Promise<boolean>;
  on_stop: () => void;
  /// Changes when another conversation is shown: the field takes the focus, with what was typed for that one.
  of: string;
}

const most_rows = 10;

/// Where one writes. Enter sends, Shift+Enter makes a new line, Escape stops the running turn.
export function Composer(p: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = draft_of(p.of);
  const set_text = (to: string) => put_draft(p.of, to);
  const [picking, set_picking] = useState(false);
  const [refused, set_refused] = useState<readonly string[]>([]);
  const [sending, set_sending] = useState<AbortController | null>(null);
  const files = files_of(p.of);
  const take_back = (what: Unsent) => {
    if (!draft_of(p.of)) set_text(what.text);
    if (files_of(p.of).length === 0) put_back(p.of, p.of, what.files);
  };
  useEffect(() => { if (p.error?.act === "send") take_back(p.error); }, [p.error]);
  const upload = useRef<AbortController | null>(null);
  upload.current = sending;
  useEffect(() => () => upload.current?.abort(), [p.of]); // who leaves takes the files back; where all are sent this does nothing
  useLayoutEffect(() => set_refused([]), [p.of, p.model]);
  useEffect(() => { if (matchMedia("(pointer: fine)").matches) field.current?.focus(); }, [p.of]);
  useEffect(() => {
    const f = field.current;
    if (!f) return;
    f.style.height = "auto";
    const line = parseFloat(getComputedStyle(f).lineHeight);
    f.style.height = `${Math.min(f.scrollHeight, line * most_rows)}px`;
  }, [text]);
  const offline = offline_since.value !== null;
  const chosen = p.models.data?.find((m) => m.id === p.model);
  const misfit = files.some((f) => why_not_this(f, chosen) !== null);
  const ready = (text.trim() !== "" || files.length > 0) && !misfit && !offline && !sending;
  const none = why_none(chosen);
  const what = can_take(chosen, "image") ? (can_take(chosen, "pdf") ? "Pictures and PDF documents" : "Pictures") : "PDF documents";
  const add = (more: Iterable<File>) => {
    if (sending) return; // what came now would go with no message
    set_refused(none === null ? add_files(p.of, more, chosen) : [none]);
    field.current?.focus();
  };
  const send = async () => {
    if (!ready) return;
    set_refused([]);
    const abort = new AbortController();
    if (files.length === 0) {
      set_text("");
      void p.on_send(text.trim(), abort.signal);
      return;
    }
    set_sending(abort); // the text stays until the files are sent
    const sent = await p.on_send(text.trim(), abort.signal);
    set_sending(null);
    if (sent) set_text("");
  };
  const on_paste = (e: ClipboardEvent) => {
    const pasted = [...(e.clipboardData?.files ?? [])];
    // A word processor puts a picture of the text beside it: then the text is meant.
    if (pasted.length === 0 || e.clipboardData?.getData("text/plain")) return;
    e.preventDefault();
    add(pasted);
  };
  const name = chosen?.name ?? p.model;
  return (
    <>
      {picking && <ModelPicker models={p.models} chosen={p.model} agents={p.agents ?? []} agent={p.agent} on_agent={(a) => { p.on_agent?.(a); set_picking(false); }} on_choose={(id) => { p.on_model(id); set_picking(false); }} on_close={() => set_picking(false)} />}
      <div class="composer">
        <OfflineNotice />
        {p.error && <div class="notice notice--bad" role="alert"><Mark name="bad" word="Problem:" /><p><b>{p.error.act === "send" ? "The message was not sent." : "It could not be stopped."}</b> {p.error.error.message}</p></div>}
        {p.queued !== null && <div class="notice"><Mark name="wait" /><p class="clip">Sent when this turn is over: {p.queued.text}{p.queued.files.length > 0 && <span class="faint"> with {plural(p.queued.files.length, "file")}</span>}</p><Button small onClick={() => { take_back(p.queued!); p.on_unqueue(); }}>Take it back</Button></div>}
        {refused.length > 0 && <div class="notice notice--warn" role="alert"><Mark name="hand" word="Problem:" /><p class="stack">{refused.map((r) => <span key={r} class="break">{r}</span>)}</p>{none !== null && <Button small onClick={() => set_picking(true)}>Choose a model</Button>}<Button kind="quiet" small icon="x" label="Close" onClick={() => set_refused([])} /></div>}
        <form onSubmit={(e) => { e.preventDefault(); void send(); }}>
          <PendingFiles files={files} model={chosen} busy={sending !== null} on_remove={(key) => remove_file(p.of, key)} />
          <label class="vh" for="say">Message</label>
          <textarea
            id="say" rows={2} ref={field} value={text} enterkeyhint="send"
            placeholder={files.length > 0 ? `Add a few words, or just send ${files.length === 1 ? "it" : "them"}` : p.running ? "Write while it answers; it is sent when this turn is over" : "Write a message"}
            readOnly={sending !== null} onInput={(e) => set_text(e.currentTarget.value)} onPaste={on_paste}
            onKeyDown={(e) => {
              if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); void send(); }
              if (e.key === "Escape" && sending) { e.preventDefault(); sending.abort(); }
              else if (e.key === "Escape" && p.running) { e.preventDefault(); p.on_stop(); }
            }}
          />
          <div class="bar">
            <AttachButton what={what} accept={accepted(chosen)} why_none={none} disabled={sending !== null} on_files={add} on_why={() => set_refused(none === null ? [] : [none])} />
            <button type="button" class="btn btn--quiet btn--sm" data-picker aria-haspopup="listbox" aria-expanded={picking} onClick={() => set_picking(!picking)}>
              <span class="vh">Model: </span><span class="clip">{p.agent && <>{p.agent.name}, </>}{name ?? "model"}</span><Icon name="down" small />
            </button>
            <span class="grow" />
            {p.running && <Button kind={ready ? undefined : "primary"} small icon="stop" keys="Esc" server busy={p.stopping} onClick={p.on_stop}>Stop</Button>}
            {sending && <Button small icon="x" keys="Esc" onClick={() => sending.abort()}>Cancel</Button>}
            {(!p.running || ready) && <Button kind="primary" small type="submit" icon="up" keys="Enter" busy={sending !== null} disabled={!ready}>{sending ? "Sending files" : p.running ? "Send after it" : "Send"}</Button>}
          </div>
        </form>
      </div>
      <DropArea why_none={none} what={`${what}, at most ${most_files} of ${bytes(most_bytes)} each.`} on_files={add} />
    </>
  );
}
