// The disk becomes full under load, and free again. Runs in a mount namespace of its own, where its data is on a small file system: `run` sees to it.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program, sleep } from "../support/program.mjs";
import { check_runs, check_steps } from "./books.mjs";
import { Clients, Ledger, post_again } from "./deliveries.mjs";

const size_mb = 400, spare_mb = 12; // PostgreSQL's own start takes about 100 MB; what is left once the ballast lies there

const free_mb = (dir) => { const fs = statfsSync(dir); return (fs.bavail * fs.bsize) / 2 ** 20; };

/// Answers a sentence for each thing that did not hold.
export async function disk_full() {
  const disk = join(tmpdir(), `oai-disk-${process.pid}`);
  mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size_mb}m,mode=0711`, "oai-test", disk]);
  chmodSync(disk, 0o711);
  process.env.TMPDIR = disk; // where Program makes its folder
  const program = new Program();
  const wrong = [];
  try {
    await program.start();
    await program.lift_limits();
    const hook = await program.make_webhook("/say noted");
    const ledger = new Ledger();
    const url = program.url + hook.path;
    const ballast = join(disk, "ballast");
    for (let n = 0; free_mb(disk) > spare_mb; ++n) writeFileSync(`${ballast}${n}`, Buffer.alloc(Math.max(1, Math.min(16, free_mb(disk) - spare_mb)) * 2 ** 20));
    const load = new Clients(url, ledger, "full", 8);
    for (let ms = 0; ms < 20_000 && load.overloaded < 8; ms += 100) await sleep(100);
    load.stop();
    await load.ended();
    const refused = load.overloaded, answered = load.answered;
    if (refused === 0) wrong.push(`${answered} deliveries were taken in and none refused: the disk was never full`);
    const live = await program.call("GET", "/health/live");
    if (live.status !== 200) wrong.push(`/health/live answers ${live.status} while the disk is full`);
    for (const name of execFileSync("find", [disk, "-maxdepth", "1", "-name", "ballast*"]).toString().split("\n").filter(Boolean)) rmSync(name);
    await post_again(url, ledger, new Set(load.unanswered));
    await program.drained({ limit: 120_000 });
    wrong.push(...ledger.violations, ...await check_runs(program, ledger, hook.webhook), ...await check_steps(program));
    console.log(`disk full: ${answered} deliveries acknowledged, ${refused} refused while it was full, all carried out once there was room`);
  } catch (error) {
    wrong.push(`it came to no end: ${error.stack}\n--- the server's log:\n${program.log}`);
  }
  await program.remove().catch(() => {});
  execFileSync("umount", [disk]);
  rmdirSync(disk);
  return wrong;
}

const wrong = await disk_full();
if (wrong.length > 0) console.error(`VIOLATED:\n  ${wrong.join("\n  ")}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
