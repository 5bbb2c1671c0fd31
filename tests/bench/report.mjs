// How figures are shown: three rounds, minimum and median, the target beside them.
export const rounds = 3;

export const sorted = (values) => [...values].sort((a, b) => a - b);
export const median = (values) => sorted(values)[Math.floor(values.length / 2)];
export const least = (values) => Math.min(...values);

const say = (...words) => console.log(...words);
const results = [];

export const shown = (n) => (!Number.isFinite(n) ? String(n) : Math.abs(n) >= 1000 ? Math.round(n).toLocaleString("en-US") : Math.abs(n) >= 100 ? n.toFixed(0) : Math.abs(n) >= 10 ? n.toFixed(1) : n.toFixed(2));

/// The question that a benchmark answers, and what it changed to answer it.
export function question(text, settings) {
  say(`\n== ${text}`);
  say(`   settings: ${settings}`);
}

export const note = (text) => say(`   ${text}`);

/// One figure of one round for each of `values`. `at_most` or `at_least` is the target, `reach` what is hoped for; the median is
/// held against it. A figure without a target is shown only.
export function figure(name, unit, values, { at_most, at_least, reach } = {}) {
  const middle = median(values);
  const target = at_most !== undefined ? `≤ ${shown(at_most)} ${unit}` : at_least !== undefined ? `≥ ${shown(at_least)} ${unit}` : "";
  const met = at_most !== undefined ? middle <= at_most : at_least !== undefined ? middle >= at_least : null;
  const verdict = met === null ? "" : met ? "met" : "MISSED";
  say(`   ${name.padEnd(44)} median ${shown(middle).padStart(8)} ${unit.padEnd(6)} min ${shown(least(values)).padStart(8)}   [${values.map(shown).join(", ")}]${target ? `   target ${target}${reach ? ` (reach ${shown(reach)})` : ""}: ${verdict}` : ""}`);
  results.push({ name, middle, unit, target, verdict });
}

/// All figures that have a target, again; answers how many missed it.
export function summary() {
  const aimed = results.filter((result) => result.verdict);
  if (aimed.length > 0) say("\n== Targets");
  for (const { name, middle, unit, target, verdict } of aimed) say(`   ${verdict.padEnd(7)} ${name.padEnd(44)} ${shown(middle).padStart(8)} ${unit.padEnd(6)} ${target}`);
  return aimed.filter((result) => result.verdict === "MISSED").length;
}
