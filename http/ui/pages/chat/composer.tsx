import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError, Model } from "../../api";
import { Button } from "../../components/button";
import { Icon, Mark } from "../../components/icon";
import { OfflineNotice } from "../../components/notice";
import { offline_since } from "../../lib/connection";
import type { Resource } from "../../lib/resource";
import { draft_of, put_draft } from "./drafts";
import { ModelPicker } from "./model_picker";

interface Props {
  models: Resource<Model[]>;
  model: string | undefined;
  on_model: (id: string) => void;
  running: boolean;
  stopping: boolean;
  queued: string | null;
  on_unqueue: () => void;
  error: { error: ApiError; text: string } | null;
  on_send: (text: string) => void;
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
  useEffect(() => { if (p.error?.text && !text) set_text(p.error.text); }, [p.error]);
  useEffect(() => { if (matchMedia("(pointer: fine)").matches) field.current?.focus(); }, [p.of]);
  useEffect(() => {
    const f = field.current;
    if (!f) return;
    f.style.height = "auto";
    const line = parseFloat(getComputedStyle(f).lineHeight);
    f.style.height = `${Math.min(f.scrollHeight, line * most_rows)}px`;
  }, [text]);
  const offline = offline_since.value !== null;
  const ready = text.trim() !== "" && !offline;
  const send = () => {
    if (!ready) return;
    p.on_send(text.trim());
    set_text("");
  };
  const name = p.models.data?.find((m) => m.id === p.model)?.name ?? p.model;
  return (
    <>
      {picking && <ModelPicker models={p.models} chosen={p.model} on_choose={(id) => { p.on_model(id); set_picking(false); }} on_close={() => set_picking(false)} />}
      <div class="composer">
        <OfflineNotice />
        {p.error && <div class="notice notice--bad" role="alert"><Mark name="bad" word="Problem:" /><p><b>{p.error.text ? "The message was not sent." : "It could not be stopped."}</b> {p.error.error.message}</p></div>}
        {p.queued !== null && <div class="notice"><Mark name="wait" /><p class="clip">Sent when this turn is over: {p.queued}</p><Button small onClick={p.on_unqueue}>Take it back</Button></div>}
        <form onSubmit={(e) => { e.preventDefault(); send(); }}>
          <label class="vh" for="say">Message</label>
          <textarea
            id="say" rows={2} ref={field} value={text} enterkeyhint="send"
            placeholder={p.running ? "Write while it answers; it is sent when this turn is over" : "Write a message"}
            onInput={(e) => set_text(e.currentTarget.value)}
            onKeyDown={(e) => {
              if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); send(); }
              if (e.key === "Escape" && p.running) { e.preventDefault(); p.on_stop(); }
            }}
          />
          <div class="bar">
            <button type="button" class="btn btn--quiet btn--sm" data-picker aria-haspopup="listbox" aria-expanded={picking} onClick={() => set_picking(!picking)}>
              <span class="vh">Model: </span><span class="clip">{name ?? "model"}</span><Icon name="down" small />
            </button>
            <span class="grow" />
            {p.running && <Button kind={ready ? undefined : "primary"} small icon="stop" keys="Esc" server busy={p.stopping} onClick={p.on_stop}>Stop</Button>}
            {(!p.running || ready) && <Button kind="primary" small type="submit" icon="up" keys="Enter" disabled={!ready}>{p.running ? "Send after it" : "Send"}</Button>}
          </div>
        </form>
      </div>
    </>
  );
}
