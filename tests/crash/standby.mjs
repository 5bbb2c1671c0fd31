// Two servers on one database: one leads, the other stands by and takes over when the first is killed under load, is ended in order, or loses
// PostgreSQL. Exit code 0: each took over in time, nothing was lost and nothing doubled; 1: not so.
import { Program, eventually, sleep } from "../support/program.mjs";
import { check_runs, check_steps } from "./books.mjs";
import { Clients, Ledger, post_again } from "./deliveries.mjs";

const longest = 10_000; // ms from one's death to the other's /health/ready
const prompt = `/slow 1 it works\n/tool filesystem {"action":"write","path":"standby/mark.txt","content":"written once"}\n/say the mark is set`;

const ready = async (program) => { const answer = await program.call("GET", "/health/ready").catch(() => null); return answer?.status === 200 && answer.body.role === "leader"; };

/// Answers a sentence for each thing that did not hold.
export async function standby() {
  const host = new Program(); // only for its PostgreSQL
  const wrong = [];
  let one, two;
  try {
    await host.start();
    const env = { ...(await host.databases_for_another("two")), DB_MASTER_PASSWORD: "the same for both" };
    [one, two] = [new Program({ env }), new Program({ env })];
    await one.start();
    await one.lift_limits();
    const hook = await one.make_webhook(prompt, { allowed_tools: ["filesystem"] });
    const ledger = new Ledger();

    for (const [how, end] of [["killed", (p) => p.kill()], ["ended", (p) => p.stop()]]) {
      await two.start();
      const answer = await two.call("GET", "/health/ready");
      if (answer.status !== 503 || answer.body.type !== "urn:oai-web:standby") wrong.push(`beside a leader, /health/ready answers ${answer.status} ${JSON.stringify(answer.body)}`);
      if ((await two.call("GET", "/health/live")).body.role !== "standby") wrong.push("beside a leader, /health/live does not say that it stands by");
      const load = new Clients(one.url + hook.path, ledger, how, 4);
      await sleep(1500);
      const before = performance.now();
      load.stop();
      await end(one);
      await load.ended();
      await eventually("the other one leads", () => ready(two), { limit: 30_000, every: 20 });
      const took = Math.round(performance.now() - before);
      if (took > longest) wrong.push(`the leader was ${how}, and the other one led after ${took} ms`);
      await post_again(two.url + hook.path, ledger, load.unanswered);
      await two.drained();
      console.log(`the leader was ${how}: the other one led after ${took} ms; ${load.answered} deliveries before it, ${load.unanswered.length} again`);
      [one, two] = [two, one];
    }

    await two.start(); // stands by while PostgreSQL restarts: exactly one of them leads afterwards
    await host.kill_postgres();
    await sleep(6000); // who came too late has seen it by then, and ended by itself
    await eventually("one leads again", async () => (await ready(one)) !== (await ready(two)), { limit: 60_000, every: 50 });
    const leader = (await ready(one)) ? one : two;
    await post_again(leader.url + hook.path, ledger, new Set(["after-restart"]));
    await leader.drained();
    wrong.push(...await check_runs(leader, ledger, hook.webhook), ...await check_steps(leader));
    console.log(`PostgreSQL restarted: the ${leader === one ? "same server leads" : "other server took over"}`);
  } finally {
    await one?.remove();
    await two?.remove();
    await host.remove();
  }
  return wrong;
}

const wrong = await standby();
for (const sentence of wrong) console.error(sentence);
process.exit(wrong.length === 0 ? 0 : 1);
