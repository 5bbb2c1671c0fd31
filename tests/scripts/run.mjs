// Runs the scripts: node run.mjs [NAME…]. Exit code 0: each did what it must; 1: one did not; 2: they could not be run.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Program, binary, run } from "../support/program.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const faults = [];
let checks = 0;

function check(what, holds, seen) {
  ++checks;
  if (!holds) faults.push(`${what}\n    ${String(seen).trimEnd().replaceAll("\n", "\n    ")}`);
  console.log(`${holds ? "ok    " : "FAILED"} ${what}`);
}

/// What a script may name, made through the public API.
async function make_world(program) {
  const agent = (name, prompt) => program.admin("POST", "/api/agents", { name, prompt, model: "demo:scripted" });
  const echo = await program.make_webhook("/input");
  return {
    AGENT_ID: (await agent("says hello", "/say hello")).id,
    SLOW_AGENT_ID: (await agent("takes its time", "/slow 60 one two three four five six seven eight nine ten")).id,
    TOKEN: echo.webhook.token,
    WEBHOOK_NAME: echo.webhook.name,
    CONVERSATION_ID: (await program.admin("POST", "/api/conversations", {})).id,
  };
}

class Scripts {
  constructor(program, world) { this.program = program; this.world = world; }

  /// The script with the world's names filled in, as a file beside the data.
  async #prepare(name) {
    let text = await readFile(join(here, `${name}.jsonl`), "utf8");
    // Longer names first. References of the scripts themselves are ${…}.
    for (const key of Object.keys(this.world).sort((a, b) => b.length - a.length)) text = text.replaceAll(`$${key}`, this.world[key]);
    const file = join(dirname(this.program.data_dir), `${name.replaceAll("/", "-")}.jsonl`);
    await writeFile(file, text);
    return file;
  }

  /// `oai-web inject` of that script; answers { code, out, err }.
  async inject(name, { key = this.key, url = this.program.url, args = [] } = {}) {
    const { PATH, LANG, HOME } = process.env;
    return run(binary, ["inject", await this.#prepare(name), "--data-dir", this.program.data_dir, "--url", url, ...args],
      { env: { PATH, LANG: LANG ?? "C.UTF-8", HOME, ...(key ? { OAI_WEB_KEY: key } : {}) } });
  }

  async must_hold(name) {
    const lines = (await readFile(join(here, `${name}.jsonl`), "utf8")).split("\n").filter((line) => line && !line.startsWith("#")).length;
    const done = await this.inject(name);
    const results = done.out.split("\n").filter(Boolean).map((line) => JSON.parse(line));
    check(`${name} holds`, done.code === 0 && results.length === lines && results.every((result) => result.ok), done.out + done.err);
  }

  async must_end(name, code, sentence, options) {
    const done = await this.inject(name, options);
    const said = sentence instanceof RegExp ? sentence.test(done.err) : done.err === sentence;
    check(`${name}${options?.what ? ` ${options.what}` : ""} ends with ${code}`, done.code === code && said, `exit code ${done.code}\n${done.out}${done.err}`);
    return done;
  }
}

async function failing(scripts, program) {
  const wrong = await readFile(join(here, "failing/wrong.expected"), "utf8");
  await scripts.must_end("failing/wrong", 2, wrong, { what: "(--dry-run)", args: ["--dry-run"], url: "http://127.0.0.1:1" });
  await scripts.must_end("failing/wrong", 2, wrong);
  await scripts.must_end("failing/no_actor", 2, "oai-web: line 1: there is no actor at /runs/supervisr; did you mean /runs/supervisor?\n");
  await scripts.must_end("failing/no_actor", 0, "", { what: "(--dry-run knows no actors)", args: ["--dry-run"], url: "http://127.0.0.1:1" });
  await scripts.must_end("failing/no_run", 1, "oai-web: line 1: there is no actor at /runs/run/gone\n");
  await scripts.must_end("failing/not_taken", 1, "oai-web: line 1: /outbound/provider/demo does not take pause_engine\n");
  await scripts.must_end("failing/other_status", 1, /^oai-web: line 2: not within 1500 ms: no run_finished from \/runs\/supervisor fits: in one from \/runs\/supervisor status is "success", not "error"\n$/);
  const paused = await scripts.must_end("failing/paused", 1, /^oai-web: line 4: not within 300 ms: no run_started from \/runs\/supervisor fits: from \/runs\/supervisor came only /);
  check("a script ends with the line that fails", paused.out.split("\n").filter(Boolean).length === 3, paused.out);
  check("the line after it is not carried out", (await program.admin("GET", "/api/status")).paused, "the engine goes on");
  await program.admin("POST", "/api/resume");
}

async function rights(scripts, program) {
  const key_of = async (scopes) => (await program.admin("POST", "/api/api-keys", { name: scopes.join(), scopes })).key;
  await scripts.must_end("start", 2, /^oai-web: a script needs the API key of an administrator with the scope engine/, { what: "without a key", key: "" });
  await scripts.must_end("start", 2, /^oai-web: the server does not take the script \(401\): The session or key is not valid any more/, { what: "with a wrong key", key: "oai_wrong" });
  await scripts.must_end("start", 2, /^oai-web: the server does not take the script \(403\): This API key lacks the scope engine/, { what: "with a key of other scopes", key: await key_of(["read", "run", "chat"]) });
  await scripts.must_end("start", 2, /^oai-web: http:\/\/127.0.0.1:1 cannot be reached: /, { what: "without a server", url: "http://127.0.0.1:1" });
  await program.setting("allow_injection", 0);
  await scripts.must_end("start", 2, /^oai-web: the server does not take the script \(403\): Scripts are switched off; an administrator can set system:allow_injection to 1/, { what: "where it is switched off" });
  await program.setting("allow_injection", 1);
}

async function audited(program) {
  const { entries, total } = await program.admin("GET", "/api/audit?tool_name=inject&per_page=500");
  check("each injected message has its audit row", total > 30 && entries.every((entry) => entry.arguments.to && entry.arguments.message), `${total} rows`);
  const delivery = entries.find((entry) => entry.arguments.message === "webhook_received");
  check("an audit row does not show the token of a webhook", delivery?.arguments.body.token === "***", JSON.stringify(delivery));
  check("expectations and waits have none", entries.every((entry) => entry.tool_name === "inject" && !entry.arguments.expect), "there is one");
}

async function main() {
  const program = new Program();
  try {
    await program.start();
    await program.lift_limits(); // what a key starts counts for the hour
    await program.setting("allow_injection", 1);
    const scripts = new Scripts(program, await make_world(program));
    scripts.key = (await program.admin("POST", "/api/api-keys", { name: "scripts", scopes: ["engine"] })).key;
    const names = (await readdir(here)).filter((name) => name.endsWith(".jsonl")).map((name) => name.slice(0, -6)).sort();
    for (const name of names) if (wanted.length === 0 || wanted.includes(name)) await scripts.must_hold(name);
    if (wanted.length === 0) {
      await failing(scripts, program);
      await rights(scripts, program);
      await audited(program);
    }
  } catch (error) {
    console.error(`the scripts could not be run to their end: ${error.stack}\n--- the server's log:\n${program.log}`);
    await program.remove().catch(() => {});
    return 2;
  }
  if (faults.length > 0) console.error(`\n${faults.join("\n")}\n--- the server's log:\n${program.log}`);
  await program.remove();
  console.log(`${checks - faults.length} passed, ${faults.length} failed`);
  return faults.length > 0 || checks === 0 ? 1 : 0;
}

process.exitCode = await main();
