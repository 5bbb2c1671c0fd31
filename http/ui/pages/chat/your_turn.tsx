import { useEffect, useRef, useState } from "preact/hooks";
import { Attachments } from "../../components/attachments";
import { Button } from "../../components/button";
import { Time } from "../../components/time";
import { plural } from "../../lib/format";
import { turn_text, type Turn } from "./turns";

/// What can be done with the turns of a chat; null where they are only looked at.
export interface TurnActs {
  /// Not while a turn runs, and not in a chat that cannot go on.
  may_change: boolean;
  on_edit: (run_id: string, text: string) => Promise<boolean>;
  on_again: (run_id: string) => void;
  on_versions: (run_id: string) => void;
}

function Editor({ text, has_files, on_send, on_cancel }: { text: string; has_files: boolean; on_send: (text: string) => void; on_cancel: () => void }) {
  const [now, set_now] = useState(text);
  const field = useRef<HTMLTextAreaElement>(null);
  const ready = now.trim() !== "" || has_files;
  const send = () => { if (ready) on_send(now.trim()); };
  useEffect(() => { field.current?.focus(); field.current?.setSelectionRange(text.length, text.length); }, []);
  return (
    <form class="edit-turn" onSubmit={(e) => { e.preventDefault(); send(); }}>
      <label>
        <span class="vh">Your message</span>
        <textarea
          class="textarea" rows={Math.min(12, Math.max(2, now.split("\n").length))} ref={field} value={now} onInput={(e) => set_now(e.currentTarget.value)}
          onKeyDown={(e) => {
            if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); send(); }
            else if (e.key === "Escape") { e.preventDefault(); e.stopPropagation(); on_cancel(); }
          }}
        />
      </label>
      <div class="btns">
        <Button kind="primary" small type="submit" server disabled={!ready} keys="Enter">Send again</Button>
        <Button small keys="Esc" onClick={on_cancel}>Cancel</Button>
        <span class="faint small-note">What followed it stays as an earlier version.</span>
      </div>
    </form>
  );
}

/// A message of the user: its text and files; it can be changed and said anew.
export function YourTurn({ turn, acts }: { turn: Turn; acts: TurnActs | null }) {
  const [editing, set_editing] = useState(false);
  const id = turn.run_id;
  const text = turn_text(turn);
  const versions = turn.versions ?? 1;
  useEffect(() => { if (!acts?.may_change) set_editing(false); }, [acts?.may_change]);
  return (
    <article class="turn turn--you">
      <p class="who">You {turn.at && <span class="faint"><Time at={turn.at} /></span>}</p>
      <div class="body">
        {turn.files && turn.files.length > 0 && <Attachments files={turn.files} />}
        {editing && acts && id ? <Editor text={text} has_files={(turn.files?.length ?? 0) > 0} on_cancel={() => set_editing(false)} on_send={(to) => { set_editing(false); void acts.on_edit(id, to); }} />
          : text && <div class="prose plain">{text}</div>}
      </div>
      {acts && id && !editing && (
        <p class="margin acts">
          {acts.may_change && <Button kind="quiet" small server onClick={() => set_editing(true)}>Edit<span class="vh"> this message</span></Button>}
          {versions > 1 && <Button kind="quiet" small onClick={() => acts.on_versions(id)}>{plural(versions, "version")}</Button>}
        </p>
      )}
    </article>
  );
}
