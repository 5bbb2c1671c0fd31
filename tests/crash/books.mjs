// What must hold between what the clients were told and what the database and the API say. Each check answers sentences.

const most_told = 20; // of one kind
const first = (lines) => (lines.length <= most_told ? lines : [...lines.slice(0, most_told), `… and ${lines.length - most_told} more of these`]);

/// Every acknowledged key: one event, one run, the one that was named, with status success. Every posted key: at most one run.
export async function check_runs(program, ledger, webhook) {
  const rows = await program.rows(`
    SELECT e.dedupe_key, e.id, coalesce(e.run_id, ''), coalesce(r.id, ''), coalesce(r.state, ''), left(translate(coalesce(r.error, ''), E'\\t\\n', '  '), 200)
    FROM trigger_events e LEFT JOIN runs r ON r.trigger_event_id = e.id WHERE e.source_id = '${webhook.id}'`);
  const by_key = new Map();
  for (const row of rows) by_key.set(row[0], [...(by_key.get(row[0]) ?? []), row]);
  const lost = [], doubled = [], other = [], failed = [], unknown = [];
  for (const [key, entry] of ledger.keys) {
    const found = by_key.get(key) ?? [];
    if (found.length > 1) doubled.push(`${key}, posted ${entry.posts} times, has ${found.length} runs: ${found.map((row) => row[3]).join(", ")}`);
    if (entry.run_id === null) continue;
    if (found.length === 0) { lost.push(`${key} was acknowledged with run ${entry.run_id}, and is not there`); continue; }
    const [, event, named, run, state, error] = found[0];
    if (run !== entry.run_id || named !== entry.run_id || event !== entry.event_id) other.push(`${key} was acknowledged with run ${entry.run_id}; its event ${event} names ${named || "none"}, its run is ${run || "none"}`);
    if (state !== "success") failed.push(`${key}: run ${run} has status ${state || "none"} ${error}`);
  }
  for (const key of by_key.keys()) if (!ledger.keys.has(key)) unknown.push(`there is an event for ${key}, which nobody posted`);
  const [[strays]] = await program.rows(`SELECT count(*) FROM runs r WHERE r.parent_run_id IS NULL AND r.trigger_event_id IS NOT NULL AND NOT EXISTS (SELECT FROM trigger_events e WHERE e.id = r.trigger_event_id AND e.run_id = r.id)`);
  return [...first(lost), ...first(doubled), ...first(other), ...first(failed), ...first(unknown),
    ...(strays === "0" ? [] : [`${strays} runs belong to no event`])];
}

/// Each parent's one call waited for two children, which are there, ended, and each in its result once; and no others.
export async function check_children(program, agent) {
  const wrong = await program.rows(`
    SELECT p.id, p.state, count(c.id), count(c.id) FILTER (WHERE c.state = 'success'),
           count(c.id) FILTER (WHERE s.request->'children' @> jsonb_build_array(jsonb_build_object('run_id', c.id))
                                 AND s.response->'data'->'runs' @> jsonb_build_array(jsonb_build_object('run_id', c.id)))
    FROM runs p LEFT JOIN runs c ON c.parent_run_id = p.id
    LEFT JOIN run_steps s ON s.run_id = p.id AND s.seq = c.parent_seq AND s.state = 'done'
    WHERE p.agent_id = '${agent.id}' AND p.trigger_event_id IS NOT NULL
    GROUP BY 1, 2 HAVING p.state <> 'success' OR count(c.id) <> 2 OR count(c.id) FILTER (WHERE c.state = 'success') <> 2
      OR count(c.id) FILTER (WHERE s.request->'children' @> jsonb_build_array(jsonb_build_object('run_id', c.id))
                               AND s.response->'data'->'runs' @> jsonb_build_array(jsonb_build_object('run_id', c.id))) <> 2`);
  const strays = await program.rows(`SELECT c.id FROM runs c WHERE c.parent_run_id IS NOT NULL AND NOT EXISTS (SELECT FROM runs p WHERE p.id = c.parent_run_id)`);
  return [...first(wrong.map(([id, state, all, well, told]) => `parent ${id} has status ${state}, ${all} children, ${well} of them done, ${told} of them in its result`)),
    ...first(strays.map(([id]) => `run ${id} has a parent that is not there`))];
}

/// No tool call with a side effect was done twice: neither in the steps nor in the audit log.
export async function check_steps(program) {
  const doubled = await program.rows(`
    SELECT run_id, request->>'call_id', count(*) FROM run_steps WHERE kind = 'tool' AND state = 'done' AND request->>'risk' IS DISTINCT FROM 'read'
    GROUP BY 1, 2 HAVING count(*) > 1`);
  const audited = await program.rows(`
    SELECT task_id, count(*) FROM audit_log WHERE tool_name = 'filesystem' AND task_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1`);
  const open = await program.rows(`SELECT run_id, seq FROM run_steps s WHERE state = 'begun' AND NOT EXISTS (SELECT FROM runs r WHERE r.id = s.run_id AND r.state IN ('queued', 'running', 'waiting'))`);
  return [...first(doubled.map(([run, call, n]) => `run ${run} has ${n} results for its tool call ${call}`)),
    ...first(audited.map(([run, n]) => `run ${run} has ${n} audit rows for its one tool call`)),
    ...first(open.map(([run, seq]) => `run ${run} has ended and its step ${seq} is still begun`))];
}

/// What the API says of some of the acknowledged runs.
export async function check_api(program, ledger) {
  const acknowledged = [...ledger.keys].filter(([, entry]) => entry.run_id !== null);
  const wrong = [];
  for (let i = 0; i < Math.min(100, acknowledged.length); ++i) {
    const [key, entry] = acknowledged[Math.floor(Math.random() * acknowledged.length)];
    const run = await program.admin("GET", `/api/runs/${entry.run_id}`);
    if (run.status !== "success" || run.trigger?.event_id !== entry.event_id) wrong.push(`${key}: the API says status ${run.status}, event ${run.trigger?.event_id}`);
    const steps = await program.admin("GET", `/api/runs/${entry.run_id}/steps`);
    const calls = steps.filter((step) => step.kind === "tool");
    if (calls.length !== 1) wrong.push(`${key}: the API shows ${calls.length} tool steps instead of one`);
  }
  return first(wrong);
}

/// How many tool calls ended with "outcome unknown": for the report, not a fault.
export async function count_unknown(program) {
  const [[count]] = await program.rows(`SELECT count(*) FROM run_steps WHERE kind = 'tool' AND state = 'unknown'`);
  return Number(count);
}
