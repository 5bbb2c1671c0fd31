import { api, type Actor } from "../../api";
import { Button } from "../../components/button";
import { Mark } from "../../components/icon";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";
import { count, duration, millis } from "../../lib/format";
import { rate, Spark } from "./actor_row";
import { health_of } from "./tree";
import type { Rates } from "./use_actors";

const run_path = /^\/runs\/run\/(.+)$/;
const chat_path = /^\/chats\/chat\/(.+)$/;

/// One actor in full: all that is known of it.
export function ActorDrawer({ actor: a, rates, on_close }: { actor: Actor; rates: Rates | undefined; on_close: () => void }) {
  const act = useAct();
  const [health, word] = health_of(a);
  const name = a.path.split("/").at(-1);
  const run = run_path.exec(a.path)?.[1];
  const chat = chat_path.exec(a.path)?.[1];
  return (
    <aside class="drawer" aria-label={`Actor ${a.path}`}>
      <header>
        <div class="row"><span class="label">Actor</span><Button kind="quiet" small icon="x" label="Close" onClick={on_close} /></div>
        <h2 class="break">{name}{name !== a.kind && <span class="faint light"> {a.kind}</span>}</h2>
        {run && <div class="btns"><a class="btn btn--sm" href={`/runs/${run}`}>Look at the run</a></div>}
        {chat && <div class="btns"><a class="btn btn--sm" href={`/chat/${chat}`}>Look at the chat</a></div>}
      </header>
      <section>
        {health === "bad" && <div class="notice notice--bad"><Mark name="restart" /><p><b>Not running: {word}.</b> {a.state === "quarantined" ? "It failed too often and is left alone; what is sent to it is refused." : "It is started again by itself, after a longer wait each time."}</p>{a.state !== "running" && <Button small server busy={act.busy} icon="rerun" onClick={() => void act.run(() => api.restart_actor(a.path))}>Start it again</Button>}</div>}
        <FormError error={act.error} />
        {health === "slow" && <div class="notice notice--warn"><Mark name="hand" /><p><b>It falls behind: {word}.</b> {waiting_words(a)}</p></div>}
        <dl class="facts">
          <dt>Path</dt><dd class="mono">{a.path}</dd>
          <dt>State</dt><dd>{a.state}</dd>
          <dt>Age</dt><dd>{duration(a.age_s * 1000)}</dd>
          <dt>Mailbox</dt><dd>{count(a.mailbox)} waiting</dd>
          <dt>Handled</dt><dd>{count(a.handled)} <span class="faint">messages, {rate(rates) || "0"} a second now</span></dd>
          <dt>Restarts</dt><dd class={a.restarts > 0 ? "is-bad" : ""}>{count(a.restarts)}</dd>
          <dt>Last message</dt><dd class="mono">{a.last_message || <span class="faint">{a.handled > 0 ? "one without a public name" : "none"}</span>}</dd>
          <dt>Last error</dt><dd>{a.last_error || <span class="faint">none</span>}</dd>
        </dl>
      </section>
      <section>
        <h3>Times <span class="faint">ms, one message in 16 is measured</span></h3>
        <table class="table times"><thead><tr><td /><th scope="col" class="num">p50</th><th scope="col" class="num">p99</th></tr></thead><tbody>
          <tr><th scope="row">Waiting in the mailbox</th><td class="num">{millis(a.waiting_ms.p50)}</td><td class="num">{millis(a.waiting_ms.p99)}</td></tr>
          <tr><th scope="row">Busy with it</th><td class="num">{millis(a.busy_ms.p50)}</td><td class="num">{millis(a.busy_ms.p99)}</td></tr>
        </tbody></table>
      </section>
      <section><h3>Messages a second <span class="faint">last minute</span></h3><div class="spark-wide"><Spark wide history={rates?.history ?? []} /></div></section>
    </aside>
  );
}

const waiting_words = (a: Actor) => `${count(a.mailbox)} ${a.mailbox === 1 ? "message waits" : "messages wait"} for it.`;
