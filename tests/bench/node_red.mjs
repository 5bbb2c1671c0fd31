// Node-RED beside us: how many webhooks a second it answers (and stores nothing), how soon it serves, what it holds idle.
import { spawn } from "node:child_process";
import { access, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { memory } from "../support/machine.mjs";
import { eventually, run, sleep } from "../support/program.mjs";
import { figure, note, question, rounds } from "./report.mjs";

const here = join(dirname(fileURLToPath(import.meta.url)), "peers");
const script = fileURLToPath(new URL("intake.lua", import.meta.url));

async function start(folder, port) {
  const began = performance.now();
  const child = spawn(process.execPath, [join(here, "node_modules/node-red/red.js"), "-s", join(folder, "settings.cjs"), "-u", folder, "-p", String(port)], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}/hook`;
  await eventually("Node-RED serves", () => fetch(url, { method: "POST", body: "x" }).then((a) => a.status === 202, () => false), { limit: 60_000, every: 10 });
  return { child, url, ms: performance.now() - began };
}

export default async function node_red() {
  question("What does Node-RED 5 do with the same webhook on this machine, now?", "as it comes, editor off, one flow: HTTP in, function, HTTP response; it stores nothing");
  await access(join(here, "node_modules/node-red")).catch(() => { throw new Error("Node-RED is not installed: ./dev bench --peers"); });
  const folder = await mkdtemp(join(tmpdir(), "oai-node-red-"));
  try {
    for (const file of ["flows.json", "settings.cjs"]) await cp(join(here, file), join(folder, file));
    const starts = [], idle = [], rates = [], p99 = [];
    for (let i = 0; i < rounds; ++i) {
      const red = await start(folder, 20_000 + Math.floor(Math.random() * 20_000));
      starts.push(red.ms);
      await sleep(3_000);
      idle.push(memory([red.child.pid]).rss);
      const done = await run("wrk", ["-t1", "-c64", "-d3s", "-s", script, red.url, "--", `red-${i}`]);
      const seen = JSON.parse(done.out.split("\n").find((line) => line.startsWith("{")));
      rates.push(seen.requests / seen.seconds), p99.push(seen.p99);
      red.child.kill("SIGKILL");
      await new Promise((resolve) => red.child.once("exit", resolve));
    }
    figure("Node-RED: start to the first answer", "ms", starts);
    figure("Node-RED: resident when idle", "MB", idle);
    figure("Node-RED: webhooks, 64 clients, nothing stored", "/s", rates);
    figure("Node-RED: p99", "ms", p99);
    note("ours are under intake, start and memory in the same output");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
