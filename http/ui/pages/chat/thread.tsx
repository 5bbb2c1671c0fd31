import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../components/button";
import { engine } from "../../lib/engine";
import type { ChatSession } from "./chat_session";
import { TurnView } from "./turn_view";

const near = 80; // px from the end; who is nearer wants to follow

/// The turns on their rail. Follows the end unless somebody scrolled up.
export function Thread({ session, show_question }: { session: ChatSession; show_question: () => void }) {
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
          {turns.map((t) => <TurnView key={t.key} turn={t} asked={t.live ? asked : none} paused={t.live && (engine.value?.paused ?? false)} show_question={show_question} />)}
        </ol>
      </div>
      {!follow && <Button small class="to-end" icon="down" onClick={() => set_follow(true)}>To the end</Button>}
      <div class="vh" aria-live="polite">{session.spoken.value}</div>
    </>
  );
}

const none: never[] = [];
