// How long from the command to serving?
import { Program, eventually } from "../support/program.mjs";
import { load } from "../support/machine.mjs";
import { figure, note, question, rounds } from "./report.mjs";

/// Starts and stops it; answers the times until `listening on …` and until /health/ready says yes, in ms.
async function measure(program) {
  const listening = [], ready = [];
  for (let i = 0; i < rounds; ++i) {
    const began = performance.now();
    await program.start();
    listening.push(program.start_ms);
    await eventually("it is ready", async () => (await program.call("GET", "/health/ready")).status === 200, { every: 2 });
    ready.push(performance.now() - began);
    await program.stop();
  }
  return { listening, ready };
}

export default async function start() {
  question("How long from the command to serving?", `none; load ${load()}; Node-RED 5 takes 1.8 s, n8n 2.41 4.5 s, OpenClaw 2026.9 19 s on 2 cores`);
  const own = new Program();
  let outside;
  try {
    await own.start();
    note(`the first start, which makes the cluster: ${(own.start_ms / 1000).toFixed(1)} s`);
    await own.stop();
    const warm = await measure(own);
    figure("private cluster already made: ready", "ms", warm.ready, { at_most: 1000 });
    figure("private cluster already made: listening", "ms", warm.listening);

    await own.start(); // its PostgreSQL is the running one for the other
    outside = new Program({ env: await own.databases_for_another("bench") });
    await outside.start(); // migrates
    await outside.stop();
    const quick = await measure(outside);
    figure("a running PostgreSQL: ready", "ms", quick.ready, { at_most: 150 });
    figure("a running PostgreSQL: listening", "ms", quick.listening);
  } finally {
    await outside?.remove();
    await own.remove();
  }
}
