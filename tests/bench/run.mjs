// The benchmarks: node run.mjs [--peers] [NAME…]. Each answers one question; exit code 2 when one could not be run, else 0: a missed target is
// a figure to look at, not a failure of the tool.
import { describe, load } from "../support/machine.mjs";
import { binary, run } from "../support/program.mjs";
import intake from "./intake.mjs";
import idle_memory from "./memory.mjs";
import { first_word, streams, turns, waiting } from "./models.mjs";
import { actors, size } from "./other.mjs";
import node_red from "./node_red.mjs";
import { summary } from "./report.mjs";
import { drained, growth } from "./runs.mjs";
import start from "./start.mjs";
import { outbox, signed, telegram } from "./triggers.mjs";

const benches = { size, start, memory: idle_memory, actors, intake, runs: drained, growth, turns, streams, waiting, "first-word": first_word, signed, telegram, outbox };
const peers = { "node-red": node_red }; // with --peers only: they have to be installed
const with_peers = process.argv.includes("--peers");
if (with_peers) Object.assign(benches, peers);
const wanted = process.argv.slice(2).filter((name) => name !== "--peers");
if (wanted.includes("--list")) {
  console.log(Object.keys(benches).join("\n"));
  process.exit(0);
}
const strange = wanted.find((name) => !(name in benches));
if (strange) {
  console.error(`there is no benchmark ${strange}; there are: ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}

const versions = await Promise.all([[binary, "--version"], ["postgres", "--version"], ["wrk", "-v"]].map(async ([command, argument]) => {
  const done = await run(command, [argument]).catch(() => run(`/usr/lib/postgresql/15/bin/${command}`, [argument]).catch(() => ({ out: `no ${command}`, err: "" })));
  return (done.out || done.err).split("\n")[0].replace(/ Copyright.*/, "");
}));
console.log(`machine: ${describe()}`);
console.log(`versions: ${versions.join("; ")}; node ${process.version}`);
console.log(`load before: ${load()} (speed can be judged on a quiet machine only; CPU per request is steadier)`);
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  try {
    await bench();
  } catch (error) {
    console.error(`${name} could not be run: ${error.stack}`);
    process.exitCode = 2;
  }
}
const missed = summary();
console.log(`\nload after: ${load()}${missed > 0 ? `; ${missed} target${missed > 1 ? "s" : ""} missed` : ""}`);
