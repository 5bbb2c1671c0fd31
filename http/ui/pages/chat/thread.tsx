import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Button } from "../../components/button";
import { engine } from "../../lib/engine";
import { total_words } from "../../lib/format";
import type { ChatSession } from "./chat_session";
import { TurnView } from "./turn_view";
import { VersionsDialog } from "./versions_dialog";
import type { TurnActs } from "./your_turn";

const near = 80; // px from the end; who is nearer wants to follow

/// The turns on their rail. Follows the end unless somebody scrolled up.
export function Thread({ session, model, may_go_on, show_question }: { session: ChatSession; model: string | undefined; may_go_on: boolean; show_question: () => void }) {
  const [versions, set_versions] = useState<string | null>(null);
  const may_change = may_go_on && !session.running.value;
  const acts = useMemo<TurnActs>(() => ({
    may_change,
    on_edit: (run_id, text) => session.say_anew(run_id, text, model),
    on_again: (run_id) => void session.say_anew(run_id, null, model),
    on_versions: set_versions,
  }), [session, model, may_change]);
  const box = useRef<HTMLDivElement>(null);
  const [follow, set_follow] = useState(true);
  const turns = session.turns.value;
  const asked = session.confirmations.value;
  useEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [turns, follow, asked]);
  useEffect(() => {
    // Blocks grow after their turn was shown (highlighting, unfolded calls).
    const inner = box.current?.firstElementChild;
    if (!inner || !follow) return;
    const watcher = new ResizeObserver(() => { if (box.current) box.current.scrollTop = box.current.scrollHeight; });
    watcher.observe(inner);
    return () => watcher.disconnect();
  }, [follow, turns.length === 0]);
  const on_scroll = () => {
    const b = box.current;
    if (b) set_follow(b.scrollHeight - b.scrollTop - b.clientHeight < near);
  };
  return (
    <>
      <div class="turns" tabIndex={0} role="log" aria-live="off" aria-label="Turns" ref={box} onScroll={on_scroll}>
        <ol class="rail">
          {turns.map((t, i) => <TurnView key={t.key} turn={t} asked={t.live ? asked : none} paused={t.live && (engine.value?.paused ?? false)} show_question={show_question} acts={acts} last={i === turns.length - 1} />)}
        </ol>
        {session.usage.value && session.usage.value.input_tokens + session.usage.value.output_tokens > 0 && <p class="chat-total faint">This chat so far: {total_words(session.usage.value)}</p>}
      </div>
      {versions && <VersionsDialog conversation={session.id} run_id={versions} on_close={() => set_versions(null)} />}
      {!follow && <Button small class="to-end" icon="down" onClick={() => set_follow(true)}>To the end</Button>}
      <div class="vh" aria-live="polite">{session.spoken.value}</div>
    </>
  );
}

const none: never[] = [];
