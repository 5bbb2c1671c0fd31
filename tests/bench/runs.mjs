// How many queued runs a second are carried out and stored? And does memory grow with them?
import { Program, sleep } from "../support/program.mjs";
import { cpu_between, cpu_snapshot, descendants, load, memory } from "../support/machine.mjs";
import { figure, note, question, rounds, shown } from "./report.mjs";
import { wrk } from "./intake.mjs";

const queued = 20_000; // runs a round
const grown = 100_000; // runs

/// Queues at least `count` runs while the engine is paused; answers how many.
async function fill(program, path, count) {
  let made = 0;
  while (made < count) made += (await wrk(program, path, 64, 1)).requests;
  return made;
}

export async function drained() {
  question("How many queued runs a second are carried out and stored?", `limits of runs 0; at least ${shown(queued)} runs queued while paused, then resumed; demo model; until the last row is committed; OpenClaw 1/s with a mock model`);
  const kinds = [
    { name: "one model answer", prompt: "/say done" },
    { name: "model, tool, model", prompt: '/tool time {}\n/say done', target: { at_least: 5_000, reach: 14_000 } },
  ];
  const program = new Program();
  try {
    await program.start();
    await program.lift_limits();
    for (const kind of kinds) {
      const values = [], shares = [];
      for (let i = 0; i < rounds; ++i) {
        const hook = await program.make_webhook(kind.prompt, { allowed_tools: ["time"] });
        await program.admin("POST", "/api/pause");
        await fill(program, hook.path, queued);
        const before = cpu_snapshot(program.pid);
        const began = Date.now();
        await program.admin("POST", "/api/resume");
        await program.drained({ every: 250 }); // asking costs the database too; the end is taken from the rows
        const cpu = cpu_between(before, cpu_snapshot(program.pid));
        const [[count, good, last, steps]] = await program.rows(`SELECT count(*), count(*) FILTER (WHERE state = 'success'), max(ended_at), (SELECT count(*) FROM run_steps WHERE run_id IN (SELECT id FROM runs WHERE agent_id = '${hook.agent.id}')) FROM runs WHERE agent_id = '${hook.agent.id}'`);
        if (count !== good) note(`WRONG: ${good} of ${count} runs succeeded`);
        const seconds = (Date.parse(last) - began) / 1000;
        values.push(Number(count) / seconds);
        shares.push(`${shown(Number(count))} runs and ${shown(Number(steps))} steps in ${seconds.toFixed(1)} s, CPU ${(cpu.program / Number(count) * 1e6).toFixed(0)} + ${(cpu.postgres / Number(count) * 1e6).toFixed(0)} us a run, foreign ${cpu.foreign.toFixed(0)} %`);
      }
      figure(`drained, ${kind.name}`, "runs/s", values, kind.target ?? { at_least: 5_000, reach: 14_000 });
      note(`${shares.join("; ")}; load ${load()}`);
    }
  } finally {
    await program.remove();
  }
}

export async function growth() {
  question(`Does memory grow over ${shown(grown)} runs?`, "limits of runs 0; demo model; 5,000 runs before the first reading; one round");
  const program = new Program();
  try {
    await program.start();
    await program.lift_limits();
    const hook = await program.make_webhook('/tool time {}\n/say done', { allowed_tools: ["time"] });
    const pass = async (count) => {
      let made = 0;
      while (made < count) {
        made += (await wrk(program, hook.path, 64, Math.max(1, Math.min(5, Math.round((count - made) / 8_000))))).requests;
        await program.drained();
      }
      await sleep(5_000);
      return made;
    };
    await pass(5_000);
    const before = memory([program.pid]), postgres_before = memory(descendants(program.pid));
    const made = await pass(grown);
    const after = memory([program.pid]), postgres_after = memory(descendants(program.pid));
    note(`after ${shown(made)} runs: server ${before.rss.toFixed(1)} -> ${after.rss.toFixed(1)} MB resident; PostgreSQL's share ${postgres_before.pss.toFixed(1)} -> ${postgres_after.pss.toFixed(1)} MB`);
    figure(`server's resident memory, growth`, "%", [(after.rss / before.rss - 1) * 100], { at_most: 5 });
  } finally {
    await program.remove();
  }
}
