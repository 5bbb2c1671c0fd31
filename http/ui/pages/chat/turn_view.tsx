import { memo } from "../../lib/memo";
import type { Confirmation, Usage } from "../../api";
import { Answer } from "../../components/answer";
import { Button } from "../../components/button";
import { Mark } from "../../components/icon";
import { Age, Time } from "../../components/time";
import { count, money } from "../../lib/format";
import { CallView } from "./call_view";
import { ReasoningView, SummaryNote } from "./reasoning_view";
import type { Turn } from "./turns";
import { YourTurn, type TurnActs } from "./your_turn";

interface Props {
  turn: Turn; asked: readonly Confirmation[]; paused: boolean; show_question: () => void;
  acts: TurnActs | null;
  /// The last turn of the chat: its answer can be made again.
  last?: boolean;
}

/// What is going on in a live turn, in a few words.
function now_doing(turn: Turn, asked: boolean): string {
  if (asked) return "stopped for you";
  const last = turn.parts.at(-1);
  if (!last) return "waiting for the first word";
  if (last.kind === "reasoning") return "thinking";
  return last.kind === "text" ? "writing" : last.calls.some((c) => c.success === undefined || c.success === null) ? "a tool works" : "thinking";
}

function Waiting({ turn, paused }: { turn: Turn; paused: boolean }) {
  const why = paused ? "Everything is paused. The turn goes on after Resume." : turn.summarising ? "Earlier messages are being summarised, as the chat has become too long for the model." : turn.why_waiting ? `Waiting: ${turn.why_waiting}` : null;
  return (
    <p class="dim state waiting-line">
      <Mark name="wait" />{why ?? <>Waiting for the first word{turn.at && <>, <Age from={turn.at} /></>}</>}
    </p>
  );
}

/// An answer that was cut off before its end was never measured: nothing is said of its tokens and cost.
const measured = (turn: Turn): turn is Turn & { usage: Usage } => turn.usage !== undefined && turn.usage.input_tokens + turn.usage.output_tokens > 0;

const cut_words = { max_tokens: "The answer was cut: it had reached the length that the model allows.", context_full: "The answer was cut: the chat fills all that the model can read." } as const;

/// What is to be said of how an answer ended, beside its status.
function Ending({ turn }: { turn: Turn }) {
  const why = turn.stop_reason;
  if (turn.live || !why) return null;
  if (why === "refusal") return <div class="notice notice--warn" role="note"><Mark name="skip" /><p><b>The model declined to answer.</b> Say it in another way, or choose another model.</p></div>;
  if (why === "max_tokens" || why === "context_full") return <div class="notice notice--warn" role="note"><Mark name="warn" /><p>{cut_words[why]}</p></div>;
  return null;
}

function ModelTurn({ turn, asked, paused, show_question, acts, last }: Props) {
  const waits = (id: string) => turn.live && asked.some((c) => c.call_id === id);
  const any_asked = turn.live && asked.length > 0;
  return (
    <article class="turn" aria-busy={turn.live}>
      <p class="who">Assistant {turn.at && <span class="faint"><Time at={turn.at} /></span>}</p>
      <div class="body">
        {turn.summary && <SummaryNote text={turn.summary.text} />}
        {turn.parts.map((p, i) => (p.kind === "text"
          ? <Answer key={i} text={p.text} writing={turn.live && i === turn.parts.length - 1} />
          : p.kind === "reasoning" ? <ReasoningView key={i} text={p.text} live={turn.live && i === turn.parts.length - 1} />
          : <div key={i} class="calls">{p.calls.map((c) => <CallView key={c.call_id} call={c} asked={waits(c.call_id)} live={turn.live} show_question={show_question} />)}</div>))}
        {turn.live && (turn.parts.length === 0 || paused) && <Waiting turn={turn} paused={paused} />}
        <Ending turn={turn} />
        {turn.status === "stopped" && <p class="dim state"><Mark name="stop" />Stopped. What was said until then is kept.</p>}
        {(turn.status === "error" || turn.error) && (
          <div class="notice notice--bad"><Mark name="bad" word="Problem:" /><p><b>The answer broke off.</b> {turn.error ?? "The server gave no reason."} Write again to go on from here.</p></div>
        )}
      </div>
      <p class="margin">
        {turn.model && <span>{turn.model}</span>}
        {turn.live && <span>{now_doing(turn, any_asked)}</span>}
        {measured(turn) && <span>{count(turn.usage.input_tokens)} in, {count(turn.usage.output_tokens)} out</span>}
        {measured(turn) && <span>{turn.usage.cost_usd === null ? "cost unknown" : turn.usage.cost_usd === 0 ? "free" : money(turn.usage.cost_usd)}</span>}
        {turn.run_id && !turn.live && <a href={`/runs/${turn.run_id}`}>Steps</a>}
        {last && acts?.may_change && turn.run_id && !turn.live && <Button kind="quiet" small server icon="rerun" class="again" onClick={() => acts.on_again(turn.run_id!)}>Answer again</Button>}
      </p>
    </article>
  );
}

/// One turn on the rail. Renders again only when something of it changed.
export const TurnView = memo(function TurnView(props: Props) {
  return (
    <li>
      <Mark name={props.turn.who === "you" ? "you" : "step"} />
      {props.turn.who === "you" ? <YourTurn turn={props.turn} acts={props.acts} /> : <ModelTurn {...props} />}
    </li>
  );
});
