-- What starts by the clock. Its ledger is trigger_events: source 'schedule', source_id the agent or task, dedupe_key the
-- time (UTC). Times up to schedule_since do not count: the schedule was set, changed or switched on then.
ALTER TABLE agents ADD COLUMN schedule_since TEXT;
ALTER TABLE scheduled_tasks
  ADD COLUMN owner_user_id  TEXT REFERENCES users(id),  -- NULL: the system's; admins see to it
  ADD COLUMN agent_id       TEXT REFERENCES agents(id), -- the agent that it was made into
  ADD COLUMN schedule_since TEXT;
UPDATE agents SET schedule_since = to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  WHERE schedule <> '';
UPDATE scheduled_tasks SET schedule_since = to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  WHERE schedule <> '';
CREATE INDEX trigger_events_not_run_idx ON trigger_events (source, source_id, dedupe_key) WHERE outcome <> 'queued';
