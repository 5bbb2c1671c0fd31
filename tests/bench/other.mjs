// How large is the program? And what does a message cost (measured by a program of its own, where it was built)?
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, run } from "../support/program.mjs";
import { figure, note, question } from "./report.mjs";

export async function size() {
  question("How large is the program, stripped?", "none; one reading, as the file does not change");
  const folder = await mkdtemp(join(tmpdir(), "oai-size-"));
  try {
    const done = await run("strip", ["-o", join(folder, "oai-web"), binary]);
    if (done.code !== 0) throw new Error(`strip: ${done.err}`);
    figure("stripped", "MB", [(await stat(join(folder, "oai-web"))).size / 1e6]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export async function actors() {
  const program = join(process.env.OAI_WEB_BUILD_DIR ?? "", "oai-web-bench");
  question("What does a request through an actor and back cost, with and without observed, and an idle actor?", "in one process, no database; targets: ≤ 40 ns a message for observed, sampled 1 in 16");
  if (!existsSync(program)) {
    note(`not measured: ${program} is not built`);
    return;
  }
  const done = await run(program, []);
  for (const line of (done.out + done.err).trimEnd().split("\n")) note(line);
  if (done.code !== 0) throw new Error(`${program} ended with ${done.code}`);
}
