-- What the journal writes thousands of times a second costs less.
-- It looks at the agent itself when it queues a run, and agents are never removed (deleted_at): the key told nothing more,
-- for 6 microseconds a run.
ALTER TABLE runs DROP CONSTRAINT runs_agent_id_fkey;
-- A row of these is changed once, soon after it was made: with room beside it, no index has to be told.
ALTER TABLE agent_runs SET (fillfactor = 50);
ALTER TABLE run_steps SET (fillfactor = 80);
