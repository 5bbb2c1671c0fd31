// The crash test: node run.mjs [ROUNDS]. Exit code 0: nothing was lost and nothing was doubled; 1: something was; 2: it could not be run.
import { Program, sleep } from "../support/program.mjs";
import { check_api, check_children, check_runs, check_steps, count_unknown } from "./books.mjs";
import { Clients, Ledger, post_again } from "./deliveries.mjs";
import { Outside } from "./outside.mjs";
import { self_check } from "./self_check.mjs";

const rounds = Number(process.argv[2] ?? 50);
const clients = 8;
const earliest_kill = 200, latest_kill = 1500; // ms after the first delivery
const most_repeats = 20; // of a round with nothing in flight, before the test gives up

// The agent's own words, so that they are commands; the delivery is untrusted text. Writing is a side effect: never repeated.
const prompt = `/tool filesystem {"action":"write","path":"crash/mark.txt","content":"written by a run of the crash test"}\n/say the mark is set`;

// Beside it, parents that wait for two children each: whatever is killed, each has its two results once.
const make_child = `/tool agents {"action":"create","name":"child","prompt":${JSON.stringify(prompt)},"tools":["filesystem"]}`;
const run_children = `/tool agents {"action":"run","runs":[{"agent":"child"},{"agent":"child"}]}\n/say both came`;
const parent_clients = 2;

/// An agent that has made its child, and a webhook that starts it.
async function make_parents(program) {
  const hook = await program.make_webhook(make_child, { allowed_tools: ["filesystem"], can_create_subagents: true });
  await program.admin("POST", `/api/agents/${hook.agent.id}/run`);
  await program.drained();
  const made = (await program.admin("GET", "/api/agents?limit=500")).filter((agent) => agent.parent_agent_id === hook.agent.id);
  if (made.length !== 1) throw new Error(`the parent made ${made.length} agents instead of one`);
  await program.admin("PATCH", `/api/agents/${hook.agent.id}`, { prompt: run_children });
  return hook;
}

const say = (...words) => console.log(...words);

/// One round; answers null when nothing was in flight at the kill, and it has to be repeated. `victim` is "server" or "postgres", which the server
/// starts again by itself, and whose clients wait for it meanwhile.
async function round(program, ledger, hook, parents, outside, name, victim) {
  const url = program.url + hook.path;
  const load = new Clients(url, ledger, name, clients);
  outside.begin(name);
  const parent_load = new Clients(program.url + parents.hook.path, parents.ledger, `p${name}`, parent_clients);
  await sleep(earliest_kill + Math.random() * (latest_kill - earliest_kill));
  for (let i = 0; load.in_flight.size === 0 && i < 200; ++i) await sleep(1); // at least one delivery has no answer yet
  const killed_at = new Date().toISOString();
  const waiting = load.in_flight.size;
  const killed = victim === "server" ? program.kill() : program.kill_postgres();
  const stop = () => { load.stop(); parent_load.stop(); };
  if (victim === "server") stop();
  await killed;
  if (victim === "postgres") { await sleep(1000); stop(); }
  await load.ended();
  await parent_load.ended();
  await outside.stop();
  const at_kill = victim === "server" ? load.unanswered.length - load.overloaded : waiting;

  if (victim === "server") await program.start();
  const own = [...ledger.keys.keys()].filter((key) => key.startsWith(`${name}-`));
  const again = new Set([...load.unanswered, ...own.filter(() => Math.random() < 1 / 10)]);
  await post_again(url, ledger, again);
  await post_again(program.url + parents.hook.path, parents.ledger, parent_load.unanswered);
  await program.drained();
  const [[taken_up, resumed]] = await program.rows(`
    SELECT count(*), count(*) FILTER (WHERE attempts > 1) FROM runs WHERE queued_at <= '${killed_at}' AND ended_at > '${killed_at}'`);
  return at_kill === 0 ? null : { acknowledged: load.answered, in_flight: at_kill, taken_up: Number(taken_up), resumed: Number(resumed), again: again.size, overloaded: load.overloaded, start_ms: program.start_ms };
}

async function main() {
  const program = new Program();
  const outside = new Outside();
  let faults = [];
  try {
    await self_check();
    await program.start();
    await program.lift_limits();
    const hook = await program.make_webhook(prompt, { allowed_tools: ["filesystem"] });
    const parents = { hook: await make_parents(program), ledger: new Ledger() };
    const ledger = new Ledger();
    await outside.set_up(program);
    say(`crash test: ${rounds} rounds, ${clients} clients, SIGKILL (PostgreSQL in each fifth round, else the server) between ${earliest_kill} and ${latest_kill} ms; data in ${program.data_dir}`);
    const sums = { acknowledged: 0, in_flight: 0, taken_up: 0, resumed: 0 };
    for (let n = 1, repeats = 0; n <= rounds && ledger.violations.length === 0 && parents.ledger.violations.length === 0;) {
      const victim = n % 5 === 3 ? "postgres" : "server";
      const seen = await round(program, ledger, hook, parents, outside, `r${n}${repeats > 0 ? `.${repeats}` : ""}`, victim);
      if (seen === null) {
        say(`round ${n}: nothing was in flight at the kill; it does not count`);
        if (++repeats > most_repeats) throw new Error("no kill ever hit a delivery without an answer");
        continue;
      }
      say(`round ${String(n).padStart(3)}: acknowledged ${String(seen.acknowledged).padStart(5)}, in flight ${seen.in_flight}, taken up again ${String(seen.taken_up).padStart(5)} (${seen.resumed} of them had begun), posted again ${seen.again}, ${victim === "server" ? `ready in ${Math.round(seen.start_ms)} ms` : "PostgreSQL killed"}${seen.overloaded ? `, told to wait ${seen.overloaded}` : ""}`);
      for (const key in sums) sums[key] += seen[key];
      repeats = 0;
      ++n;
    }
    const [[waited]] = await program.rows(`SELECT count(*) FROM runs WHERE parent_run_id IS NOT NULL`);
    say(`${parents.ledger.keys.size} parents were started, and waited for ${waited} children`);
    const twice = [...ledger.keys.values()].filter((entry) => entry.posts > 1).length;
    faults = [...ledger.violations, ...parents.ledger.violations, ...await check_runs(program, parents.ledger, parents.hook.webhook), ...await check_children(program, parents.hook.agent), ...await check_runs(program, ledger, hook.webhook), ...await check_steps(program), ...await check_api(program, ledger), ...await outside.check(program)];
    say(`${outside.written.size} Telegram messages started a run each; their ends came to the target, ${outside.refused} of them after a refusal`);
    say(`in all: ${sums.acknowledged} acknowledged, ${sums.in_flight} in flight at a kill, ${sums.taken_up} runs taken up again (${sums.resumed} had begun), ${await count_unknown(program)} tool calls whose outcome is unknown, ${ledger.keys.size} keys, ${twice} of them posted twice or more`);
    if (rounds > 0 && sums.taken_up === 0) faults.push("no run was ever taken up again: the kills hit nothing, so this test showed nothing");
  } catch (error) {
    console.error(`the crash test could not be run to its end: ${error.stack}\n--- the server's log:\n${program.log}`);
    await program.stop().catch(() => {});
    await outside.close();
    console.error(`the data directory is kept: ${program.data_dir}`);
    return 2;
  }
  if (faults.length > 0) {
    console.error(`VIOLATED:\n  ${faults.join("\n  ")}`);
    await program.stop();
    await outside.close();
    console.error(`the data directory is kept: ${program.data_dir}`);
    return 1;
  }
  await program.remove();
  await outside.close();
  say("nothing was lost, nothing was doubled");
  return 0;
}

process.exitCode = await main();
