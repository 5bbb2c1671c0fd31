// How many webhooks a second are taken in, each committed before its 202?
import { writeFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Program, run } from "../support/program.mjs";
import { cpu_between, cpu_snapshot, load } from "../support/machine.mjs";
import { figure, note, question, rounds, shown } from "./report.mjs";

const script = fileURLToPath(new URL("intake.lua", import.meta.url));
const seconds = 3;
const levels = [
  { clients: 64, rate: 10_000, reach: 14_000, p99: 15 },
  { clients: 256, rate: 10_000, p99: 50 },
  { clients: 16, rate: 4_500 },
  { clients: 1, rate: 1_000 },
];
/// What intake.lua posts.
export const body = '{"event":"push","repository":"oai-web","ref":"refs/heads/main","commits":[{"id":"0123456789abcdef","message":"area: what"}],"pusher":{"name":"marta","email":"marta@example.org"},"size":1,"note":"bit"}';
let number = 0;

/// One run of wrk; answers its figures, those of the CPU, and the mean of the journal's batches.
export async function wrk(program, path, clients, duration = seconds, header = null) {
  const before = cpu_snapshot(program.pid), batches = await batch_histogram(program);
  const done = await run("wrk", ["-t1", `-c${clients}`, `-d${duration}s`, "--timeout", "10s", "-s", script, program.url + path, "--", `bench-${process.pid}-${++number}`, ...(header ? [header] : [])]);
  const after = cpu_snapshot(program.pid), batches_after = await batch_histogram(program);
  const line = done.out.split("\n").find((text) => text.startsWith("{"));
  if (done.code !== 0 || !line) throw new Error(`wrk failed: ${done.out} ${done.err}`);
  const seen = JSON.parse(line);
  if (seen.failed > 0) note(`WRONG: ${seen.failed} of ${seen.requests} deliveries failed`);
  const cpu = cpu_between(before, after, seen.cpu / 100);
  const each = (used) => used / seen.requests * 1e6;
  return { rate: seen.requests / seen.seconds, p50: seen.p50, p99: seen.p99, requests: seen.requests, failed: seen.failed, foreign: cpu.foreign,
    cpu: each(cpu.program + cpu.postgres + cpu.generator), parts: [cpu.program, cpu.postgres, cpu.generator].map(each),
    batch: (batches_after.sum - batches.sum) / Math.max(1, batches_after.count - batches.count) };
}

async function batch_histogram(program) {
  const { body } = await program.call("GET", "/metrics");
  const value = (what) => Number(new RegExp(`^oai_journal_batch_size_${what}\\S* ([\\d.e+]+)`, "m").exec(body)?.[1] ?? 0);
  return { sum: value("sum"), count: value("count") };
}

/// What PostgreSQL itself gives: single-row inserts of 8 clients, each its own transaction.
async function pgbench(program) {
  await program.psql("-c", "CREATE TABLE IF NOT EXISTS bench_rows (id BIGSERIAL PRIMARY KEY, key TEXT NOT NULL, body TEXT NOT NULL)");
  const file = join(tmpdir(), `oai-bench-${process.pid}.sql`);
  await writeFile(file, "INSERT INTO bench_rows (key, body) VALUES ('bench', repeat('x', 200));\n");
  const values = [];
  for (let i = 0; i < rounds; ++i) {
    const out = await program.psql("-c", `\\! pgbench -n -c 8 -j 1 -M prepared -T ${seconds} -f ${file} 2>&1`);
    values.push(Number(/tps = ([\d.]+)/.exec(out)?.[1] ?? NaN));
  }
  await program.psql("-c", "DROP TABLE bench_rows");
  await rm(file);
  return values;
}

async function measure(mode) {
  const program = new Program();
  try {
    await program.start();
    await program.lift_limits();
    const hook = await program.make_webhook("/say the delivery is noted");
    if (mode === "paused") await program.admin("POST", "/api/pause");
    for (const level of levels) {
      await wrk(program, hook.path, level.clients, 1); // warm-up
      const seen = [];
      for (let i = 0; i < rounds; ++i) {
        if (mode === "running") await program.drained();
        seen.push(await wrk(program, hook.path, level.clients));
      }
      const name = `${mode}, ${level.clients} client${level.clients > 1 ? "s" : ""}: `;
      const all = (what) => seen.map((round) => round[what]);
      figure(name + "deliveries", "/s", all("rate"), { at_least: level.rate, reach: level.reach });
      figure(name + "p50", "ms", all("p50"));
      figure(name + "p99", "ms", all("p99"), level.p99 ? { at_most: level.p99 } : {});
      figure(name + "CPU, generator included", "us", all("cpu"), mode === "paused" && level.clients === 64 ? { at_most: 150 } : {});
      figure(name + "rows in a batch of the journal", "", all("batch"), mode === "paused" && level.clients === 64 ? { at_least: 8 } : {});
      note(`${name}CPU server + postgres + wrk: ${seen.map((round) => round.parts.map((part) => part.toFixed(0)).join(" + ")).join(", ")} us; foreign ${seen.map((round) => `${round.foreign.toFixed(0)} %`).join(", ")} of a core; load ${load()}`);
    }
    if (mode === "running") await program.drained();
    figure(`${mode}: pgbench, 8 clients, single-row inserts`, "/s", await pgbench(program));
    const [[events, runs]] = await program.rows("SELECT (SELECT count(*) FROM trigger_events), (SELECT count(*) FROM runs WHERE trigger_event_id IS NOT NULL)");
    note(`in the database: ${shown(Number(events))} events, ${shown(Number(runs))} runs${events === runs ? "" : " - WRONG: they differ"}`);
  } finally {
    await program.remove();
  }
}

export default async function intake() {
  question("How many webhooks a second are taken in, each committed before its 202?",
    `limits of runs 0; body 200 bytes, fresh Idempotency-Key each; wrk -t1, ${seconds} s, closed loop; Node-RED, which stores nothing, 7,200/s at 64 clients, n8n 17 to 64/s`);
  await measure("paused");
  await measure("running");
}
