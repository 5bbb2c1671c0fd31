// How much memory does it hold when nothing happens?
import { Program, sleep } from "../support/program.mjs";
import { descendants, memory } from "../support/machine.mjs";
import { figure, note, question, rounds } from "./report.mjs";

const settle = 5_000; // ms

export default async function idle_memory() {
  question("How much memory does it hold when nothing happens?", `none; ${settle / 1000} s after a start on a cluster already made, nobody signed in; Node-RED 109 MB, n8n 535, OpenClaw 987`);
  const program = new Program();
  const server = [], server_pss = [], all_pss = [], all_rss = [];
  try {
    await program.start();
    await program.stop();
    for (let i = 0; i < rounds; ++i) {
      await program.start();
      await sleep(settle);
      const alone = memory([program.pid]), whole = memory([program.pid, ...descendants(program.pid)]);
      server.push(alone.rss), server_pss.push(alone.pss), all_pss.push(whole.pss), all_rss.push(whole.rss);
      await program.stop();
    }
  } finally {
    await program.remove();
  }
  figure("server, resident", "MB", server, { at_most: 40 });
  figure("server, its share (PSS)", "MB", server_pss);
  figure("server and PostgreSQL, shared pages once (PSS)", "MB", all_pss, { at_most: 90 });
  figure("server and PostgreSQL, shared pages in each", "MB", all_rss);
  note("PostgreSQL's processes share their buffers: the sum of RSS counts them once for each process");
}
