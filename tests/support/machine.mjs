// What the kernel says of this machine and of processes: for measurements.
import { readFileSync, readdirSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";

const ticks_per_second = 100; // USER_HZ, the unit of /proc/PID/stat on Linux

export function describe() {
  const [cpu] = cpus();
  return `${cpu.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`;
}
export const load = () => loadavg().map((n) => n.toFixed(2)).join(" ");

/// { ppid, ticks } of a process, its ended children's time included; null when there is none.
function stat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" "); // the name may hold anything
    return { ppid: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch { return null; }
}

/// The processes below `pid`, without it.
export function descendants(pid) {
  const parents = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const seen = stat(name);
    if (seen) parents.set(Number(name), seen.ppid);
  }
  const found = [];
  const below = new Set([pid]);
  for (let grew = true; grew;) {
    grew = false;
    for (const [child, parent] of parents) {
      if (below.has(parent) && !below.has(child)) { below.add(child); found.push(child); grew = true; }
    }
  }
  return found;
}

/// Seconds of CPU: of the program, of its PostgreSQL, and of the whole machine (all but idle and waiting).
export function cpu_snapshot(pid) {
  const children = new Map(descendants(pid).map((child) => [child, (stat(child)?.ticks ?? 0) / ticks_per_second]));
  const [, user, nice, system, idle, iowait, irq, softirq, steal] = readFileSync("/proc/stat", "latin1").split("\n")[0].split(/\s+/).map(Number);
  return { at: performance.now(), program: (stat(pid)?.ticks ?? 0) / ticks_per_second, children,
    machine: (user + nice + system + irq + softirq + steal) / ticks_per_second, idle: (idle + iowait) / ticks_per_second };
}

/// What was used between two snapshots. `generator`: seconds of CPU of the one who made the load.
/// `foreign`: the others, in percent of one core.
export function cpu_between(before, after, generator = 0) {
  let postgres = 0;
  for (const [pid, used] of after.children) postgres += used - (before.children.get(pid) ?? 0);
  const program = after.program - before.program;
  const seconds = (after.at - before.at) / 1000;
  const foreign = Math.max(0, after.machine - before.machine - program - postgres - generator) / seconds * 100;
  return { program, postgres, generator, seconds, foreign };
}

/// MB (10^6 bytes) that these processes hold: `rss` counts shared pages in each, `pss` divides them.
export function memory(pids) {
  let rss = 0, pss = 0;
  for (const pid of pids) {
    let text = "";
    try { text = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1"); } catch { continue; }
    rss += Number(/^Rss:\s+(\d+)/m.exec(text)?.[1] ?? 0) * 1024 / 1e6;
    pss += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) * 1024 / 1e6;
  }
  return { rss, pss };
}
