// What does a model that is reached over HTTP cost us? Turns a second, open streams, the first word's delay, a stop.
import { spawn } from "node:child_process";
import { createServer, request as http_request } from "node:http";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually, Program, run, sleep } from "../support/program.mjs";
import { load, memory } from "../support/machine.mjs";
import { figure, note, question, rounds, shown, sorted } from "./report.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const peers = join(here, "../peers");
const quantile = (values, q) => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * q))];
const delta = (content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;

/// A model server that sends one word at once and holds the stream open until the other side closes it, or, for the model
/// `brief`, ends it.
async function start_holding_server() {
  const state = { open: 0, first_word_at: 0, closed: new Map() };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => { body += part; }).on("end", () => {
      if (request.method === "GET") { response.writeHead(200, { "Content-Type": "application/json" }).end('{"object":"list","data":[]}'); return; }
      const { model, messages } = JSON.parse(body);
      state.open++;
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      state.first_word_at = performance.now();
      response.write(delta("word "));
      if (model === "brief") response.end('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
      const name = /stream \d+(?=;)/.exec(JSON.stringify(messages))?.[0];
      response.on("close", () => { state.open--; state.closed.set(name, performance.now()); });
    });
  });
  server.maxConnections = 20_000;
  await new Promise((resolve) => server.listen(0, "127.0.0.1", 4096, resolve));
  return Object.assign(state, { url: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } });
}

async function start_mock() {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const child = spawn(process.execPath, [join(peers, "node_modules/.bin/llmock"), "-p", String(port), "-f", join(peers, "fixtures")], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  await eventually("the mock serves", () => fetch(`${url}/v1/models`).then((a) => a.ok, () => false), { limit: 20_000 });
  return { url, stop: () => child.kill("SIGKILL") };
}

/// What the mock gives to wrk: the same request as ours, without us.
async function ceiling(url) {
  const script = join(here, "completions.lua");
  const done = await run("wrk", ["-t1", "-c16", "-d3s", "-s", script, `${url}/v1/chat/completions`]);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(done.out)?.[1] ?? NaN);
}

export async function turns() {
  const count = 1_000, at_once = 16;
  question("How many agent turns a second with a mock of a model's HTTP API that answers at once?",
    `${at_once} runs at once; ${shown(count)} runs by webhook a round, queued while paused; aimock on the same two cores; OpenClaw 2026.9 does 1/s`);
  const program = new Program(), mock = await start_mock();
  try {
    await program.start();
    await program.lift_limits();
    await program.setting("max_concurrent_runs", at_once);
    await program.admin("POST", "/api/model-endpoints", { name: "house", base_url: `${mock.url}/v1` });
    await eventually("its models are listed", async () => (await program.admin("GET", "/api/models")).some((m) => m.id === "house:gpt-4o"));
    const values = [], ceilings = [];
    for (let i = 0; i < rounds; ++i) {
      ceilings.push(await ceiling(mock.url));
      const hook = await program.make_webhook("say hello", { model: "house:gpt-4o", prompt_mode: "system_only" });
      await program.admin("POST", "/api/pause");
      for (let made = 0; made < count; made += 50)
        await Promise.all(Array.from({ length: 50 }, () => fetch(program.url + hook.path, { method: "POST", body: "x" })));
      const began = Date.now();
      await program.admin("POST", "/api/resume");
      await program.drained({ every: 100 });
      const [[good, last]] = await program.rows(`SELECT count(*) FILTER (WHERE state = 'success'), max(ended_at) FROM runs WHERE agent_id = '${hook.agent.id}'`);
      if (Number(good) !== count) note(`WRONG: ${good} of ${count} runs succeeded`);
      values.push(count / ((Date.parse(last) - began) / 1000));
    }
    figure("turns with a model over HTTP", "/s", values, { at_least: 300 });
    figure("the mock's own ceiling (wrk, 16 clients)", "/s", ceilings);
    note(`load ${load()}`);
  } finally {
    mock.stop();
    await program.remove();
  }
}

/// Starts runs by webhook, each with a body that names its number; answers their ids.
/// `paths`: a webhook's, or several to use in turn.
async function start_runs(program, paths, count, { from = 1, at_once = 50 } = {}) {
  const ids = [];
  const path = (i) => (Array.isArray(paths) ? paths[i % paths.length] : paths);
  const one = async (i) => (await (await fetch(program.url + path(i), { method: "POST", body: `stream ${i};` })).json()).run_id;
  for (let i = from; i < from + count; i += at_once)
    ids.push(...await Promise.all(Array.from({ length: Math.min(at_once, from + count - i) }, (_, k) => one(i + k))));
  return ids;
}

const threads_of = async (pid) => Number(/Threads:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1]);

export async function streams() {
  const count = 2_000, stops = 200;
  question(`What do ${shown(count)} model streams cost that are open at once, and how fast does a stop close one?`,
    `limits of runs 0; each run's model has sent one word and is silent; ${stops} runs stopped one after the other`);
  const program = new Program(), server = await start_holding_server();
  try {
    await program.start();
    await program.lift_limits();
    await program.admin("POST", "/api/model-endpoints", { name: "hold", base_url: `${server.url}/v1` });
    const hook = await program.make_webhook("hold", { model: "hold:on" });
    await start_runs(program, hook.path, 1, { from: 0 });
    await eventually("the first stream is open", async () => server.open === 1);
    const before = memory([program.pid]), threads_before = await threads_of(program.pid);
    const runs = await start_runs(program, hook.path, count);
    await eventually(`${count} streams are open`, async () => server.open > count, { limit: 120_000 });
    await sleep(2_000);
    const after = memory([program.pid]), threads_after = await threads_of(program.pid);
    figure("memory of one open stream, its run included", "KB", [(after.rss - before.rss) * 1024 / count]);
    figure("threads more than with one stream", "", [threads_after - threads_before]);
    const took = [];
    for (let i = 0; i < stops; ++i) {
      const name = `stream ${i + 1}`, began = performance.now();
      await program.admin("POST", `/api/runs/${runs[i]}/stop`);
      await eventually("the socket is closed", async () => server.closed.has(name), { every: 1, limit: 10_000 });
      took.push(server.closed.get(name) - began);
    }
    figure("from the stop's request to the closed socket, p50", "ms", [quantile(took, 0.5)]);
    figure("from the stop's request to the closed socket, p99", "ms", [quantile(took, 0.99)], { at_most: 50 });
    note(`load ${load()}`);
  } finally {
    server.close();
    await program.remove();
  }
}

/// Listens to a conversation; answers when its next `text` event came, and when the turn was done.
function listen(url, key) {
  let heard, ended;
  const text = new Promise((resolve) => { heard = resolve; });
  const done = new Promise((resolve) => { ended = resolve; });
  const opened = new Promise((resolve, reject) => {
    const request = http_request(url, { headers: { Authorization: `Bearer ${key}` } }, (response) => {
      response.setEncoding("utf8").on("data", (part) => {
        if (part.includes("event: text")) heard(performance.now());
        if (part.includes("event: done") || part.includes("event: error")) { ended(); request.destroy(); }
      });
      response.on("error", () => {});
      resolve();
    });
    request.on("error", reject).end();
  });
  return { opened, text, done };
}

export async function first_word() {
  const times = 300;
  question("How much later does a person see a model's first word because of us?", `chat turns one after the other, ${times} a round; from the model server's write to the event in the client`);
  const program = new Program(), server = await start_holding_server();
  try {
    await program.start();
    await program.lift_limits();
    await program.admin("POST", "/api/model-endpoints", { name: "hold", base_url: `${server.url}/v1` });
    const { key } = await program.admin("POST", "/api/api-keys", { name: "bench", scopes: ["chat"] });
    const p50 = [], p99 = [];
    for (let i = 0; i < rounds; ++i) {
      const delays = [];
      const { id } = await program.admin("POST", "/api/conversations", { model: "hold:brief" });
      for (let n = 0; n < times; ++n) {
        const stream = listen(`${program.url}/api/conversations/${id}/events`, key);
        await stream.opened;
        await program.admin("POST", `/api/conversations/${id}/messages`, { text: "hello" });
        delays.push(await stream.text - server.first_word_at);
        await stream.done;
      }
      p50.push(quantile(delays, 0.5)), p99.push(quantile(delays, 0.99));
    }
    figure("first word's delay by us, p50", "ms", p50);
    figure("first word's delay by us, p99", "ms", p99);
    note(`load ${load()}`);
  } finally {
    server.close();
    await program.remove();
  }
}

/// Models that are slow: many runs wait for one at once, and the server is killed while they do.
export async function waiting() {
  const count = 10_000, resumed = 1_000, under_load = 500;
  question(`What do ${shown(count)} runs that wait for slow models cost, how soon does a queued run begin beside them, and how fast are ${shown(resumed)} taken up again?`,
    "limits of runs 0; five model servers; each run's model has sent one word and is silent; one round");
  const program = new Program(), server = await start_holding_server();
  try {
    await program.start();
    await program.lift_limits();
    const hooks = []; // one provider has at most 2,048 calls open
    for (let i = 0; i < 5; ++i) {
      await program.admin("POST", "/api/model-endpoints", { name: `hold${i}`, base_url: `${server.url}/v1` });
      hooks.push((await program.make_webhook("hold", { model: `hold${i}:on` })).path);
    }
    await start_runs(program, hooks, resumed, { from: 0 });
    await eventually("the first streams are open", async () => server.open === resumed, { limit: 120_000 });
    await program.kill();
    await eventually("the killed server's streams are closed", async () => server.open === 0);
    const began = performance.now();
    await program.start();
    const ready = performance.now();
    await eventually("all are taken up again", async () => server.open === resumed, { limit: 120_000, every: 5 });
    figure(`from the start until ${shown(resumed)} interrupted runs have asked their models again`, "ms", [performance.now() - began]);
    note(`the server was ready after ${(ready - began).toFixed(0)} ms of these`);

    const before = memory([program.pid]), threads_before = await threads_of(program.pid);
    await start_runs(program, hooks, count - resumed, { from: resumed, at_once: 20 });
    await eventually(`${count} streams are open`, async () => server.open === count, { limit: 300_000 });
    await sleep(2_000);
    const after = memory([program.pid]), threads_after = await threads_of(program.pid);
    figure("memory of one waiting run", "KB", [(after.rss - before.rss) * 1024 / (count - resumed)], { at_most: 30 });
    figure("threads more than before", "", [threads_after - threads_before], { at_most: 64 });

    const brief = await program.make_webhook("/say done");
    await start_runs(program, brief.path, under_load, { at_once: 1 });
    await eventually("these have ended", async () => (await program.rows(`SELECT count(*) FROM runs WHERE agent_id = '${brief.agent.id}' AND ended_at IS NULL`))[0][0] === "0");
    const delays = (await program.rows(`SELECT extract(epoch FROM started_at::timestamptz - queued_at::timestamptz) * 1000 FROM runs WHERE agent_id = '${brief.agent.id}'`)).map(([ms]) => Number(ms));
    figure(`from queued to started beside ${shown(count)} waiting runs, p50`, "ms", [quantile(delays, 0.5)]);
    figure(`from queued to started beside ${shown(count)} waiting runs, p99`, "ms", [quantile(delays, 0.99)]);
    note(`load ${load()}`);
  } finally {
    server.close();
    await program.remove();
  }
}
