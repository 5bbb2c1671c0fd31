#pragma once

#include <string_view>

/// The journal's statements. Each takes arrays, one a column, so that a batch is one round trip and one transaction.
namespace storage::journal_sql {

/// These statements are planned once, when the tables may be empty, and kept: without these settings a plan made for
/// empty tables would scan full ones. The dear tuples make each look-up go by its index and each join among the rows of
/// a batch by a hash, whatever the statistics say; the test JournalStore.plans_go_by_index holds them to it.
inline constexpr std::string_view settings = R"(
  SET enable_seqscan = off; SET enable_mergejoin = off; SET enable_bitmapscan = off; SET cpu_tuple_cost = 1;
  SET plan_cache_mode = force_generic_plan; SET jit = off)";

/// $1… one element a run; those of its event are NULL without one. Answers the runs that were not stored, and whether
/// what they refer to is there. After it come `queue_event` and `queue_run`, then `queue_fresh` when every run has an event, as the event's key then tells
/// whether the run is new, else `queue_unless_there`; then `queue_said` when there is a chat turn among them, and
/// `queue_replaced` when one of those is said anew.
inline constexpr std::string_view queue = R"(
WITH input AS MATERIALIZED (
  SELECT i.*,
         (i.agent_id IS NULL OR EXISTS (SELECT FROM agents a WHERE a.id = i.agent_id AND a.deleted_at IS NULL))
         AND (i.conversation_id IS NULL OR EXISTS (SELECT FROM conversations c WHERE c.id = i.conversation_id
              AND c.user_id IS NOT DISTINCT FROM i.owner_user_id
              AND (i.replaces IS NULL OR c.messages @> jsonb_build_array(jsonb_build_object('role', 'user', 'run_id', i.replaces)))
             )) AS is_there
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int4[], $8::text[],
              $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
              $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::text[], $23::text[], $24::text[])
    AS i(id, kind, agent_id, conversation_id, owner_user_id, parent_run_id, priority, definition, message, queued_at,
         trace_id, user_message, event_id, source, source_id, source_name, dedupe_key, content_type, body, received_at,
         replaces, request, input, reply_to)
))";

inline constexpr std::string_view queue_event = R"(, event AS (
  INSERT INTO trigger_events (id, source, source_id, source_name, dedupe_key, content_type, body, run_id, received_at,
                              request, input)
  SELECT event_id, source, source_id, source_name, dedupe_key, content_type, body, id, received_at, request, input
  FROM input WHERE event_id IS NOT NULL AND is_there
  ON CONFLICT (source, source_id, dedupe_key) DO NOTHING RETURNING id
))";

/// In place of `queue_event`, for one chat turn that came as an event: it may have waited, and waits on while another turn
/// goes on.
inline constexpr std::string_view queue_told_event = R"(, event AS (
  INSERT INTO trigger_events (id, source, source_id, source_name, dedupe_key, content_type, body, run_id, received_at,
                              request, input)
  SELECT event_id, source, source_id, source_name, dedupe_key, content_type, body, id, received_at, request, input
  FROM input i WHERE is_there AND NOT EXISTS (SELECT FROM runs r WHERE r.conversation_id = i.conversation_id
                                              AND r.state IN ('queued', 'running', 'waiting'))
  ON CONFLICT (source, source_id, dedupe_key) DO UPDATE SET outcome = 'queued', run_id = excluded.run_id
    WHERE trigger_events.outcome = 'waiting' AND trigger_events.id = excluded.id
  RETURNING id
))";

inline constexpr std::string_view queue_run = R"(, run AS (
  INSERT INTO runs (id, kind, agent_id, conversation_id, owner_user_id, trigger_event_id, parent_run_id, priority,
                    definition, message, queued_at, trace_id, reply_to)
  SELECT id, kind, agent_id, conversation_id, owner_user_id, event_id, parent_run_id, priority,
         definition::jsonb, message, queued_at, trace_id, reply_to::jsonb
  FROM input WHERE is_there AND (event_id IS NULL OR event_id IN (SELECT id FROM event)))";

inline constexpr std::string_view queue_fresh = " RETURNING id)";
inline constexpr std::string_view queue_unless_there = " ON CONFLICT DO NOTHING RETURNING id)";

inline constexpr std::string_view queue_said = R"(, said AS (
  UPDATE conversations c SET messages = COALESCE(c.messages, '[]'::jsonb) || i.user_message::jsonb,
         title = COALESCE(NULLIF(c.title, ''), left(i.message, 80)), ended_at = NULL
  FROM input i WHERE i.user_message IS NOT NULL AND i.replaces IS NULL AND c.id = i.conversation_id
    AND i.id IN (SELECT id FROM run)
))";

/// For turns that are said anew: the conversation goes back to before the message that is replaced, and what was said from
/// there on becomes a version. `before` messages stay.
inline constexpr std::string_view queue_replaced = R"(, place AS MATERIALIZED (
  SELECT i.id, i.conversation_id, i.replaces, i.user_message::jsonb AS message, i.queued_at, c.messages,
         m.n - 1 AS before, COALESCE((m.value->>'versions')::int, 1) + 1 AS versions
  FROM input i JOIN conversations c ON c.id = i.conversation_id
  CROSS JOIN LATERAL jsonb_array_elements(c.messages) WITH ORDINALITY AS m(value, n)
  WHERE i.replaces IS NOT NULL AND i.id IN (SELECT id FROM run)
    AND m.value->>'role' = 'user' AND m.value->>'run_id' = i.replaces
), version AS (
  INSERT INTO conversation_versions (conversation_id, replaced_by, run_id, messages, replaced_at)
  SELECT conversation_id, id, replaces, jsonb_path_query_array(messages, '$[$n to last]', jsonb_build_object('n', before)),
         queued_at FROM place
), anew AS (
  UPDATE conversations c SET ended_at = NULL,
         messages = CASE WHEN p.before = 0 THEN '[]'::jsonb
                    ELSE jsonb_path_query_array(c.messages, '$[0 to $n]', jsonb_build_object('n', p.before - 1)) END
                    || (p.message || jsonb_build_object('versions', p.versions))
  FROM place p WHERE c.id = p.conversation_id
))";

inline constexpr std::string_view queue_end = R"(
SELECT id, is_there FROM input WHERE (id IN (SELECT id FROM run)) IS NOT TRUE)";

/// $1 ids of runs: those that are there.
inline constexpr std::string_view existing_runs = "SELECT id FROM runs WHERE id = ANY($1::text[])";

/// $1… source, source_id, dedupe_key, body: the first deliveries, and whether they had the same body.
inline constexpr std::string_view first_deliveries = R"(
SELECT i.n, e.id, e.run_id, e.body = i.body
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
  AS i(source, source_id, dedupe_key, body, n)
JOIN trigger_events e ON e.source = i.source AND e.source_id = i.source_id AND e.dedupe_key = i.dedupe_key)";

/// The parts of a write, each a common table expression of its own with parameters from $1; a statement is made of those
/// that a batch needs, see write_statement.
struct part {
  std::string_view sql;
  int parameters;
};

inline constexpr part steps{R"(
step AS (
  INSERT INTO run_steps (run_id, seq, kind, state, name, request, response, input_tokens, output_tokens, cost_usd,
                         started_at, ended_at)
  SELECT run_id, seq, kind, state, name, request::jsonb, response::jsonb, input_tokens, output_tokens, cost_usd,
         started_at, ended_at
  FROM unnest($1::text[], $2::int4[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int8[],
              $9::int8[], $10::float8[], $11::text[], $12::text[])
    AS s(run_id, seq, kind, state, name, request, response, input_tokens, output_tokens, cost_usd, started_at, ended_at)
  ON CONFLICT (run_id, seq) DO UPDATE SET state = excluded.state, name = excluded.name, request = excluded.request,
    response = excluded.response, input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
    cost_usd = excluded.cost_usd, ended_at = excluded.ended_at
))",
                            12};

inline constexpr part audit{R"(
audit AS (
  INSERT INTO audit_log (timestamp, session_id, tool_name, arguments, result_summary, confirmed, task_id, user_id,
                         previous_hash, hash)
  SELECT a.timestamp, session_id, tool_name, arguments::jsonb, result_summary, confirmed, task_id, user_id,
         previous_hash, hash
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::text[], $8::text[],
              $9::text[], $10::text[]) WITH ORDINALITY
    AS a(timestamp, session_id, tool_name, arguments, result_summary, confirmed, task_id, user_id, previous_hash, hash, n)
  ORDER BY n
))",
                            10};

inline constexpr part questions{R"(
question AS (
  INSERT INTO confirmations (id, run_id, call_id, conversation_id, owner_user_id, tool_name, arguments, description,
                             destination, hash, state, scope, created_at, expires_at, answered_at)
  SELECT id, run_id, call_id, conversation_id, owner_user_id, tool_name, arguments::jsonb, description, destination,
         hash, state, scope, created_at, expires_at, answered_at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
              $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[])
    AS q(id, run_id, call_id, conversation_id, owner_user_id, tool_name, arguments, description, destination, hash,
         state, scope, created_at, expires_at, answered_at)
  ON CONFLICT (run_id, call_id) DO UPDATE SET state = excluded.state, scope = excluded.scope,
    answered_at = excluded.answered_at
  WHERE confirmations.state = 'open' -- an answer that was committed stands
))",
                                15};

inline constexpr part changes{R"(
change AS MATERIALIZED (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int8[], $5::int8[], $6::float8[], $7::text[],
                       $8::text[], $9::text[])
    AS c(id, state, why_waiting, input_tokens, output_tokens, cost_usd, result, error, ended_at)
), run AS (
  UPDATE runs r SET state = c.state, why_waiting = c.why_waiting, input_tokens = c.input_tokens,
         output_tokens = c.output_tokens, cost_usd = c.cost_usd, result = c.result, error = c.error,
         ended_at = c.ended_at
  FROM change c WHERE r.id = c.id
  RETURNING r.id, r.kind, r.agent_id, r.owner_user_id, r.parent_run_id, r.definition, r.queued_at, r.started_at,
            r.ended_at, r.state, r.result, r.error, r.cost_usd, r.trace_id, r.reply_to
), told AS (
  INSERT INTO outbox (id, channel, lane, owner_user_id, run_id, body, created_at, next_at)
  SELECT md5(r.id || ' ' || w.lane)::uuid::text, w.channel, w.lane, r.owner_user_id, r.id,
         jsonb_build_object('type', 'run.finished', 'to', w.how, 'data', jsonb_build_object(
           'run_id', r.id, 'agent_id', r.agent_id, 'agent', r.definition->>'name', 'status', r.state,
           'result', r.result, 'error', r.error, 'queued_at', r.queued_at, 'started_at', r.started_at,
           'ended_at', r.ended_at, 'cost_usd', r.cost_usd, 'trace_id', r.trace_id))::text, r.ended_at, r.ended_at
  FROM run r CROSS JOIN LATERAL (
    SELECT 'webhook' AS channel, t.target_id AS lane, NULL::jsonb AS how FROM agent_targets t
    WHERE t.agent_id = r.agent_id AND r.kind = 'agent' AND r.parent_run_id IS NULL AND t.tell IN ('both', r.state)
      AND r.state IN ('success', 'error')
    UNION ALL
    SELECT r.reply_to->>'channel', r.reply_to->>'lane', r.reply_to
    WHERE r.reply_to IS NOT NULL AND r.state IN ('success', 'error', 'stopped')) w
  ON CONFLICT (id) DO NOTHING
), face AS (
  UPDATE agent_runs r SET status = c.state, input_tokens = LEAST(c.input_tokens, 2147483647),
         output_tokens = LEAST(c.output_tokens, 2147483647), cost_usd = c.cost_usd, result = c.result,
         error = c.error, ended_at = c.ended_at
  FROM change c WHERE r.id = c.id AND c.state IN ('success', 'error', 'stopped')
))",
                              9};

/// An answer that is there already is not appended again.
inline constexpr part answers{R"(
said AS (
  UPDATE conversations c SET messages = COALESCE(c.messages, '[]'::jsonb) || a.message::jsonb, ended_at = a.ended_at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS a(conversation_id, run_id, message, ended_at)
  WHERE c.id = a.conversation_id
    AND NOT COALESCE(c.messages, '[]'::jsonb)
            @> jsonb_build_array(jsonb_build_object('role', 'assistant', 'run_id', a.run_id))
))",
                              4};

/// Runs that begin with a write. Their agents and owners are those of runs that go on.
inline constexpr part begun{R"(
begun AS (
  INSERT INTO runs (id, kind, agent_id, conversation_id, owner_user_id, trigger_event_id, parent_run_id, parent_seq,
                    priority, definition, message, queued_at, trace_id, forked_from, forked_seq)
  SELECT id, kind, agent_id, conversation_id, owner_user_id, trigger_event_id, parent_run_id, parent_seq, priority,
         definition::jsonb, message, queued_at, trace_id, forked_from, forked_seq
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int4[],
              $9::int4[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::int4[])
    AS b(id, kind, agent_id, conversation_id, owner_user_id, trigger_event_id, parent_run_id, parent_seq, priority,
         definition, message, queued_at, trace_id, forked_from, forked_seq)
  ON CONFLICT (id) DO NOTHING
))",
                            15};

inline constexpr part prompts{R"(
prompt AS (
  INSERT INTO prompts (hash, system, tools, created_at)
  SELECT hash, system, tools::jsonb, created_at FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
    AS p(hash, system, tools, created_at)
  ON CONFLICT (hash) DO NOTHING
))",
                              4};

/// Events that no run came of; one that is there already stays.
inline constexpr part events{R"(
event AS (
  INSERT INTO trigger_events (id, source, source_id, source_name, dedupe_key, content_type, body, outcome, received_at,
                              request)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                       $9::text[], $10::text[])
  ON CONFLICT DO NOTHING
))",
                             10};

inline constexpr std::string_view claimed = R"(
  RETURNING *
), face AS (
  INSERT INTO agent_runs (id, agent_id, started_at, status)
  SELECT id, agent_id, started_at, 'running' FROM run WHERE kind = 'agent' AND agent_id IS NOT NULL
  ON CONFLICT (id) DO NOTHING
)
)";

/// $1 owner, $2 priority, $3 count, $4 now.
inline constexpr std::string_view claim = R"(
WITH run AS (
  UPDATE runs SET state = 'running', started_at = $4, attempts = attempts + 1, why_waiting = NULL
  WHERE id = ANY (ARRAY(SELECT id FROM runs WHERE state = 'queued' AND COALESCE(owner_user_id, '') = $1
                        AND priority = $2 ORDER BY id LIMIT $3))
)";

/// The same where agents have limits of their own; $5 only the runs of this agent, $6 of all but these.
inline constexpr std::string_view claim_by_agent = R"(
WITH run AS (
  UPDATE runs SET state = 'running', started_at = $4, attempts = attempts + 1, why_waiting = NULL
  WHERE id = ANY (ARRAY(SELECT id FROM runs WHERE state = 'queued' AND COALESCE(owner_user_id, '') = $1
                        AND priority = $2 AND ($5::text = '' OR (kind = 'agent' AND agent_id = $5))
                        AND (kind <> 'agent' OR agent_id IS NULL OR agent_id <> ALL ($6::text[]))
                        ORDER BY id LIMIT $3))
)";

/// $1 at most, $2 ids after this one.
inline constexpr std::string_view recover = R"(
WITH run AS (
  UPDATE runs SET attempts = attempts + 1
  WHERE id = ANY (ARRAY(SELECT id FROM runs WHERE state IN ('running', 'waiting') AND id > $2 ORDER BY id LIMIT $1))
  RETURNING *
)
)";

/// $1 run: one whose actor failed.
inline constexpr std::string_view recover_one = R"(
WITH run AS (
  UPDATE runs SET attempts = attempts + 1 WHERE id = $1 AND state IN ('running', 'waiting') RETURNING *
)
)";

/// $1 run, $2 now, $3 error: how often it failed since it began or was tried again.
inline constexpr std::string_view note_crash = R"(
WITH crash AS (
  INSERT INTO run_crashes (run_id, at, error, step)
  SELECT $1, $2, $3, COALESCE((SELECT max(seq) FROM run_steps WHERE run_id = $1), 0)
)
SELECT count(*) + 1 FROM run_crashes c WHERE run_id = $1
  AND id > COALESCE((SELECT max(id) FROM run_crashes WHERE run_id = $1 AND error IS NULL), 0))";

/// $1 run, $2 now, $3 who: not one that others wait for, nor a turn after which the talk went on.
inline constexpr std::string_view try_again = R"(
WITH run AS (
  UPDATE runs r SET state = 'queued', error = NULL, ended_at = NULL
  WHERE id = $1 AND state = 'error' AND parent_run_id IS NULL
    AND (SELECT error IS NOT NULL FROM run_crashes WHERE run_id = $1 ORDER BY id DESC LIMIT 1)
    AND (kind = 'agent' OR (SELECT c.messages->-1->>'run_id' = r.id AND c.messages->-1->>'role' = 'user'
                            FROM conversations c WHERE c.id = r.conversation_id))
  RETURNING *
), mark AS (
  INSERT INTO run_crashes (run_id, at, step, tried_by)
  SELECT id, $2, COALESCE((SELECT max(seq) FROM run_steps WHERE run_id = $1), 0), $3 FROM run
), face AS (
  UPDATE agent_runs SET status = 'running', error = NULL, ended_at = NULL WHERE id IN (SELECT id FROM run)
)
SELECT COALESCE(owner_user_id, '') AS owner_user_id, priority, 1 AS count,
       CASE WHEN kind = 'agent' THEN COALESCE(agent_id, '') ELSE '' END AS agent_id FROM run)";

/// What follows claim and recover, after the columns of the run: its event (e_…), its owner, and for a chat its
/// conversation.
inline constexpr std::string_view with_all_it_needs = R"(,
  e.id AS e_id, e.source AS e_source, e.source_id AS e_source_id, e.source_name AS e_source_name,
  e.dedupe_key AS e_dedupe_key, e.content_type AS e_content_type, e.body AS e_body, e.request AS e_request,
  e.input AS e_input, e.outcome AS e_outcome,
  e.run_id AS e_run_id, e.received_at AS e_received_at,
  u.username AS u_username, u.role AS u_role, u.is_active AS u_is_active,
  (SELECT p.state IN ('success', 'error', 'stopped') FROM runs p WHERE p.id = r.parent_run_id) AS orphaned,
  CASE WHEN r.kind = 'chat' THEN (SELECT c.messages FROM conversations c WHERE c.id = r.conversation_id) END AS history
FROM run r LEFT JOIN trigger_events e ON e.id = r.trigger_event_id LEFT JOIN users u ON u.id = r.owner_user_id
ORDER BY r.id)";

/// $1 run, $2 now.
inline constexpr std::string_view stop_queued
  = "UPDATE runs SET state = 'stopped', ended_at = $2, why_waiting = NULL WHERE id = $1 AND state = 'queued' "
    "RETURNING COALESCE(owner_user_id, '') AS owner_user_id, priority, COALESCE(parent_run_id, '') AS parent_run_id, "
    "CASE WHEN kind = 'agent' THEN COALESCE(agent_id, '') ELSE '' END AS agent_id";

/// $1 conversation, $2 call, $3 user, $4 state, $5 scope, $6 now.
inline constexpr std::string_view answer_confirmation = R"(
UPDATE confirmations SET state = $4, scope = $5, answered_at = $6
WHERE conversation_id = $1 AND call_id = $2 AND owner_user_id = $3 AND expires_at > $6
  AND (state = 'open' OR (state = $4 AND scope = $5 AND answered_at = $6)) -- the same answer again, after a lost connection
RETURNING *)";

} // namespace storage::journal_sql
