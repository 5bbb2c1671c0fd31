// Before anything is killed: the books must be able to show each kind of fault. Throws when one goes unseen.
import { check_runs, check_steps } from "./books.mjs";
import { Ledger } from "./deliveries.mjs";

/// A program whose database answers `rows` to the n-th question.
const answering = (...answers) => ({ rows: async () => answers.shift() ?? [] });
const webhook = { id: "w" };

function told(keys) {
  const ledger = new Ledger();
  for (const [key, run] of Object.entries(keys)) {
    ledger.posted(key);
    if (run) ledger.acknowledged(key, { run_id: run, event_id: `e-${run}` });
  }
  return ledger;
}
const row = (key, run, state = "success", { event = `e-${run}`, names = run } = {}) => [key, event, names, run, state, ""];

const cases = [
  ["nothing wrong", 0, () => check_runs(answering([row("a", "1"), row("b", "2")], [["0"]]), told({ a: "1", b: null, c: null }), webhook)],
  ["a lost run", 1, () => check_runs(answering([], [["0"]]), told({ a: "1" }), webhook)],
  ["a doubled run", 1, () => check_runs(answering([row("a", "1"), row("a", "2")], [["0"]]), told({ a: "1" }), webhook)],
  ["a doubled run of a key without an answer", 1, () => check_runs(answering([row("a", "1"), row("a", "2")], [["0"]]), told({ a: null }), webhook)],
  ["another run than was told", 1, () => check_runs(answering([row("a", "2")], [["0"]]), told({ a: "1" }), webhook)],
  ["a run that failed", 1, () => check_runs(answering([row("a", "1", "error")], [["0"]]), told({ a: "1" }), webhook)],
  ["an event without its run", 2, () => check_runs(answering([row("a", "", "", { event: "e-1", names: "1" })], [["0"]]), told({ a: "1" }), webhook)],
  ["a run without an event", 1, () => check_runs(answering([], [["3"]]), told({}), webhook)],
  ["an event that nobody sent", 1, () => check_runs(answering([row("z", "9")], [["0"]]), told({}), webhook)],
  ["a step done twice", 1, () => check_steps(answering([["1", "call_1", "2"]], [], []))],
  ["a call audited twice", 1, () => check_steps(answering([], [["1", "2"]], []))],
  ["a step left open", 1, () => check_steps(answering([], [], [["1", "2"]]))],
];

export async function self_check() {
  for (const [what, expected, act] of cases) {
    const found = await act();
    if (found.length !== expected) throw new Error(`the books show ${found.length} faults instead of ${expected} for ${what}: ${found.join("; ")}`);
  }
  const twice = told({ a: "1" });
  twice.posted("a");
  twice.acknowledged("a", { run_id: "2", event_id: "e-2" });
  if (twice.violations.length !== 1) throw new Error("two answers that name different runs go unseen");
}
