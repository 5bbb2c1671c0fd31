// The crash matrix: the program is killed at each commit that one day of small work makes, once before and once after it, started again, and the
// work goes on as its clients would. Exit code 0: nothing was lost, doubled, repeated or done without leave; 1: something was; 2: it could not be run.
import { Program, eventually } from "../support/program.mjs";

const say = (...words) => console.log(...words);
const write = (path) => JSON.stringify({ action: "write", path, content: "written once" });

const ended = ["success", "error", "stopped"];
let days = 0;

/// What one server is asked to do, in steps that a client repeats until they are answered. Each step may be cut off anywhere.
class Day {
  #program;
  #hook = null;
  #chat = null;
  #key = `day-${++days}`;

  constructor(program) { this.#program = program; }

  /// The whole day; may be called again after it was cut off anywhere.
  async live() {
    const p = this.#program;
    // A call that is repeated shows itself: there is nothing to delete any more.
    this.#hook ??= await p.make_webhook(
      `/tool filesystem ${write(`matrix/${this.#key}.txt`)}\n/tool filesystem {"action":"delete","path":"matrix/${this.#key}.txt"}\n/say done`, { allowed_tools: ["filesystem"] });
    this.#chat ??= await p.admin("POST", "/api/conversations", {});
    await this.#deliver();
    await this.#turn(`/tool filesystem ${write("matrix/keep.txt")}`, true);
    await this.#turn(`/tool filesystem {"action":"delete","path":"matrix/keep.txt"}`, false);
    await p.drained();
  }

  async #deliver() {
    const answer = await fetch(this.#program.url + this.#hook.path, { method: "POST", headers: { "Content-Type": "application/json", "Idempotency-Key": this.#key }, body: "{}" });
    if (answer.status !== 202) throw new Error(`a delivery was answered with ${answer.status}`);
    await answer.text();
  }

  /// The run of the user's message with this text; null when it was not said.
  async #run_of(text) {
    const { messages } = await this.#program.admin("GET", `/api/conversations/${this.#chat.id}`);
    return messages.find((m) => m.role === "user" && m.content === text)?.run_id ?? null;
  }

  /// Says `text` unless it was said, answers the question that follows, and waits for the end.
  async #turn(text, approved) {
    const at = `/api/conversations/${this.#chat.id}`;
    if ((await this.#run_of(text)) === null) {
      const said = await this.#program.call("POST", `${at}/messages`, { text, model: "demo:scripted" });
      if (said.status !== 202) throw new Error(`a message was answered with ${said.status}: ${JSON.stringify(said.body)}`);
    }
    const run = await this.#run_of(text);
    await eventually("the turn ends", async () => {
      if (ended.includes((await this.#program.admin("GET", `/api/runs/${run}`)).status)) return true;
      const [question] = await this.#program.rows(`SELECT call_id FROM confirmations WHERE run_id = '${run}' AND state = 'open'`);
      if (!question) return false;
      const answer = await this.#program.call("POST", `${at}/confirmations/${question[0]}`, { approved });
      if (![200, 409, 503].includes(answer.status)) throw new Error(`an answer was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
      return false;
    }, { limit: 30_000, every: 50 });
  }

  /// Sentences, one for each thing that does not hold.
  async faults() {
    const p = this.#program;
    const wrong = [];
    const expect = (holds, sentence) => { if (!holds) wrong.push(sentence); };
    const mine = `(SELECT r.id FROM runs r LEFT JOIN trigger_events e ON e.id = r.trigger_event_id WHERE e.dedupe_key = '${this.#key}' OR r.conversation_id = '${this.#chat.id}')`;
    const runs = await p.rows(`SELECT r.state, coalesce(r.error, '') FROM trigger_events e JOIN runs r ON r.trigger_event_id = e.id WHERE e.dedupe_key = '${this.#key}'`);
    expect(runs.length === 1, `the delivery has ${runs.length} runs`);
    expect(runs.every(([state]) => state === "success"), `the delivery's run ended with ${runs.map((r) => r.join(" "))}`);
    const doubled = await p.rows(`SELECT run_id, request->>'call_id', count(*) FROM run_steps WHERE run_id IN ${mine} AND kind = 'tool' GROUP BY 1, 2 HAVING count(*) > 1`);
    expect(doubled.length === 0, `a tool call has several steps: ${doubled.join("; ")}`);
    const failed = await p.rows(`SELECT run_id, seq, response->>'error' FROM run_steps s WHERE run_id IN ${mine} AND kind = 'tool' AND state = 'done' AND response->>'success' = 'false' AND response->>'error' NOT LIKE '%did not allow%'
      AND NOT EXISTS (SELECT FROM run_steps u WHERE u.run_id = s.run_id AND u.state = 'unknown')`); // whether the file was written is not known then
    expect(failed.length === 0, `a tool call was done twice, or failed: ${failed.join("; ")}`);
    const open = await p.rows(`SELECT run_id, seq FROM run_steps WHERE run_id IN ${mine} AND state = 'begun'`);
    expect(open.length === 0, `a step is still begun: ${open.join("; ")}`);
    const [[audited, calls]] = await p.rows(`SELECT (SELECT count(*) FROM audit_log WHERE task_id IN ${mine} OR session_id = '${this.#chat.id}'), (SELECT count(*) FROM run_steps WHERE run_id IN ${mine} AND kind = 'tool')`);
    expect(audited === calls, `there are ${audited} audit rows for ${calls} tool calls`);
    const { messages } = await p.admin("GET", `/api/conversations/${this.#chat.id}`);
    expect(messages.length === 4, `the conversation has ${messages.length} messages instead of 4`);
    expect(messages.every((m, i) => m.role === (i % 2 === 0 ? "user" : "assistant")), "its messages do not alternate");
    const answers = await p.rows(`SELECT state, count(*) FROM confirmations WHERE run_id IN ${mine} GROUP BY 1 ORDER BY 1`);
    expect(answers.join("; ") === "approved,1; denied,1", `the questions are ${answers.join("; ")}`);
    const bypassed = await p.rows(`SELECT 1 FROM confirmations c JOIN run_steps s ON s.run_id = c.run_id AND s.kind = 'tool' WHERE c.run_id IN ${mine} AND c.state = 'denied' AND s.response->>'success' = 'true'`);
    expect(bypassed.length === 0, "a denied call was carried out");
    const alive = await p.rows(`SELECT id FROM runs WHERE id IN ${mine} AND state IN ('queued', 'running', 'waiting')`);
    expect(alive.length === 0, `runs have not ended: ${alive.join(", ")}`);
    return wrong;
  }
}

/// The points that a start and a day pass, in order, each with its number of passes.
async function trace(program) {
  const passed = new Map();
  program.on_line = (line) => { const m = /^fault_point (\S+)$/.exec(line); if (m) passed.set(m[1], (passed.get(m[1]) ?? 0) + 1); };
  program.set_env({ OAI_WEB_FAULT: "trace" });
  await program.start();
  const day = new Day(program);
  await day.live();
  await program.stop();
  program.on_line = null;
  return { passed, day };
}

/// Starts the program with this point armed and lives: first what is left of the day that the last kill cut off, then a new one. Answers whether it
/// was killed. Days that are over go to `over`.
async function kill_at(program, fault, days) {
  program.set_env({ OAI_WEB_FAULT: fault });
  try {
    await program.start();
    for (let n = 0; n < 2; ++n) {
      days.open ??= new Day(program);
      await days.open.live();
      days.over.push(days.open);
      days.open = null;
    }
  } catch (error) {
    await eventually("the program is gone", () => program.pid === 0, { limit: 5000 }).catch(() => { throw error; });
    return true;
  }
  await program.stop();
  return false;
}

/// Each commit of the journal at each of its passes; each job of the pool once, as it is one statement for one request.
function choose(passed) {
  const out = [];
  for (const [point, passes] of passed)
    for (let n = 1; n <= (point.startsWith("journal.") ? passes : 1); ++n) out.push([point, n]);
  return out;
}

/// Answers a sentence for each thing that did not hold.
export async function matrix() {
  const program = new Program();
  const wrong = [];
  try {
    await program.start();
    await program.lift_limits();
    await program.stop();
    const { passed, day } = await trace(program);
    const points = choose(passed);
    const days = { open: null, over: [day] };
    let killed = 0;
    for (const [point, pass] of points) if (await kill_at(program, `${point}:${pass}`, days)) ++killed;
    program.set_env({});
    await program.start();
    if (days.open) {
      await days.open.live();
      days.over.push(days.open);
    }
    for (const each of days.over) wrong.push(...await each.faults());
    say(`crash matrix: ${points.length} passes of commits in a day, killed at ${killed} of them, ${days.over.length} days lived`);
    if (killed < points.length * 0.8) wrong.push(`only ${killed} of ${points.length} points were met again: this showed little`);
    if (wrong.length === 0) await program.remove();
  } catch (error) {
    wrong.push(`it came to no end: ${error.stack}\n--- the server's log:\n${program.log}`);
  }
  if (wrong.length > 0) {
    await program.stop().catch(() => {});
    wrong.push(`the data directory is kept: ${program.data_dir}`);
  }
  return wrong;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const wrong = await matrix();
  if (wrong.length > 0) console.error(`VIOLATED:\n  ${wrong.join("\n  ")}`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
