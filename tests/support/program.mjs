// The program under test as other programs meet it: a data directory of its own, a free port, the public API, `oai-web psql`.
import { spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const binary = process.env.OAI_WEB_BIN ?? process.env.OAI_WEB_PROGRAM;
const start_limit = 120_000; // ms; the first start makes a database cluster, on a machine that may be busy
const stop_limit = 15_000;   // ms; the program promises 10 s
const admin = { username: "marta", password: "correct horse battery" };

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/// Asks again until `probe` gives something truthy, which it returns.
export async function eventually(what, probe, { limit = 60_000, every = 50 } = {}) {
  const end = Date.now() + limit;
  for (;;) {
    const last = await probe();
    if (last) return last;
    if (Date.now() > end) throw new Error(`not within ${limit / 1000} s: ${what}`);
    await sleep(every);
  }
}

function clean_environment(more) {
  const { PATH, LANG, HOME, TMPDIR } = process.env;
  return { PATH, LANG: LANG ?? "C.UTF-8", HOME, ...(TMPDIR ? { TMPDIR } : {}), ...more };
}

/// Runs `command` to its end; answers { code, out, err }.
export function run(command, args, { env = process.env, input } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
    let out = "", err = "";
    child.stdout.setEncoding("utf8").on("data", (text) => { out += text; });
    child.stderr.setEncoding("utf8").on("data", (text) => { err += text; });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, err }));
    if (input !== undefined) child.stdin.end(input);
  });
}

export class Program {
  url = "";
  /// Called with each line that the server writes to standard error.
  on_line = null;
  /// How long the last start took until `listening on …`, in ms.
  start_ms = 0;
  #dir = "";
  #child = null;
  #log = [];
  #env;
  #cookie = "";

  constructor({ env = {} } = {}) { this.#env = env; }

  /// What the next start has in its environment.
  set_env(env) { this.#env = env; }

  get data_dir() { return join(this.#dir, "data"); }
  get log() { return this.#log.join("\n"); }
  get port() { return this.url ? Number(new URL(this.url).port) : 0; }
  /// Of the running server; 0 when there is none.
  get pid() { return this.#child?.pid ?? 0; }

  /// Starts it on its data directory; again on the same port after `kill` or `stop`.
  async start() {
    if (!binary) throw new Error("OAI_WEB_BIN must name the program oai-web");
    if (!this.#dir) {
      this.#dir = await mkdtemp(join(tmpdir(), "oai-test-"));
      await chmod(this.#dir, 0o711); // started as root, PostgreSQL runs as a user who has to get through
    }
    const began = performance.now();
    const child = spawn(binary, ["serve", "--data-dir", this.data_dir, "--host", "127.0.0.1", "--port", String(this.port)],
      { env: clean_environment(this.#env), stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    const keep = (line) => { this.#log.push(line); if (this.#log.length > 400) this.#log.shift(); };
    createInterface({ input: child.stderr }).on("line", (line) => { keep(line); this.on_line?.(line); });
    this.url = await new Promise((resolve, reject) => {
      const timer = setTimeout(() => { child.kill("SIGKILL"); reject(new Error(`it did not serve within ${start_limit / 1000} s\n${this.log}`)); }, start_limit);
      createInterface({ input: child.stdout }).on("line", (line) => {
        keep(line);
        const match = /^listening on (http:\/\/\S+)$/.exec(line);
        if (match) { clearTimeout(timer); resolve(match[1]); }
      });
      child.once("exit", (code, signal) => {
        clearTimeout(timer);
        if (this.#child === child) this.#child = null;
        reject(new Error(`it ended with ${signal ?? `exit code ${code}`}\n${this.log}`));
      });
      child.once("error", (error) => { clearTimeout(timer); reject(error); });
    });
    this.start_ms = performance.now() - began;
  }

  /// Ends it as a service manager does; answers the exit code.
  stop() { return this.#end("SIGTERM"); }
  /// Ends it as a power cut does.
  kill() { return this.#end("SIGKILL"); }

  /// Ends its private PostgreSQL as a power cut does; the server goes on.
  async kill_postgres() {
    const pid = Number((await readFile(join(this.data_dir, "postgres", "postmaster.pid"), "utf8")).split("\n")[0]);
    if (!(pid > 1)) throw new Error("there is no PostgreSQL to end");
    process.kill(pid, "SIGKILL");
  }

  async #end(signal) {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    if (!(child.pid > 1)) throw new Error("there is no process to end");
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), stop_limit);
    const code = await gone;
    clearTimeout(timer);
    this.#child = null;
    return code;
  }

  async remove() {
    await this.stop();
    if (this.#dir) await rm(this.#dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
  }

  /// A request as a program makes it; answers { status, body, headers } whatever the status.
  async call(method, path, body) {
    const ask = () => fetch(this.url + path, {
      method, redirect: "manual",
      headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...(this.#cookie ? { Cookie: this.#cookie } : {}) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    // A kept connection may have been closed by the server just now: reading may be tried again.
    const answer = await ask().catch((error) => { if (method !== "GET") throw error; return ask(); });
    const text = await answer.text();
    let parsed = text;
    try { parsed = JSON.parse(text); } catch { /* not JSON */ }
    return { status: answer.status, body: parsed, headers: answer.headers };
  }

  /// The same as the first admin, who is made when there is none; throws unless the answer is 2xx.
  async admin(method, path, body) {
    if (!this.#cookie) await this.#sign_in();
    const answer = await this.call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async #sign_in() {
    let answer = await this.call("POST", "/api/setup", admin);
    if (answer.status !== 201) answer = await this.call("POST", "/api/login", admin);
    if (answer.status >= 300) throw new Error(`nobody can sign in: ${answer.status} ${JSON.stringify(answer.body)}`);
    this.#cookie = answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
  }

  setting(key, value) { return this.admin("POST", "/api/credentials", { key: `system:${key}`, value: String(value) }); }

  /// No limit on runs at once, by the hour, and in the queue.
  async lift_limits() {
    for (const key of ["max_concurrent_runs", "max_autonomous_runs_per_hour", "max_queued_runs"]) await this.setting(key, 0);
  }

  /// An agent with the demo model and a webhook that starts it; answers { agent, webhook, path }.
  async make_webhook(prompt, more = {}) {
    const number = (this.#made = (this.#made ?? 0) + 1);
    const agent = await this.admin("POST", "/api/agents", { name: `agent ${number}`, prompt, model: "demo:scripted", ...more });
    const webhook = await this.admin("POST", "/api/webhooks", { name: `hook ${number}`, agent_id: agent.id });
    return { agent, webhook, path: `/webhook/${webhook.token}` };
  }
  #made;

  /// Waits until no run is queued, running or waiting.
  async drained({ limit = 600_000, every = 50 } = {}) {
    await eventually("every run has ended", async () => {
      const queue = await this.admin("GET", "/api/queue");
      return queue.running === 0 && queue.asking === 0 && (queue.waiting_for_runs ?? 0) === 0 && queue.queued === 0;
    }, { limit, every });
  }

  /// Runs `oai-web psql` with these arguments; answers what it prints.
  async psql(...args) {
    const done = await run(binary, ["psql", "--data-dir", this.data_dir, "--", "-X", "-q", "-v", "ON_ERROR_STOP=1", ...args], { env: clean_environment(this.#env) });
    if (done.code !== 0) throw new Error(`oai-web psql ended with ${done.code}: ${done.err}`);
    return done.out;
  }

  /// Makes databases in its private PostgreSQL, for another server; answers that one's environment.
  async databases_for_another(name) {
    const lines = (await this.psql("-c", "\\! env")).split("\n").filter((line) => line.startsWith("PG"));
    const { PGUSER, PGPASSWORD = "", PGHOST, PGPORT = 5432 } = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
    const url = (database) => `postgresql://${encodeURIComponent(PGUSER)}:${encodeURIComponent(PGPASSWORD)}@/${database}?host=${encodeURIComponent(PGHOST)}&port=${PGPORT}`;
    for (const database of [`${name}_aide`, `${name}_brain`]) await this.psql("-c", `CREATE DATABASE ${database}`);
    return { AIDE_DB_URL: url(`${name}_aide`), BRAIN_DB_URL: url(`${name}_brain`) };
  }

  /// The rows of a SELECT, each an array of texts (NULL is empty). No field may hold a tab or a newline.
  async rows(sql) {
    const out = await this.psql("-A", "-t", "-F", "\t", "-c", sql);
    return out.split("\n").filter((line) => line !== "").map((line) => line.split("\t"));
  }
}
