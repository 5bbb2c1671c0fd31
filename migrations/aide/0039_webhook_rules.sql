-- What of a webhook's deliveries starts a run, and what the run is told.
ALTER TABLE webhook_endpoints
  ADD COLUMN prompt_template TEXT,                     -- NULL: the run gets the whole delivery
  ADD COLUMN filter          TEXT,                     -- NULL: every delivery counts
  ADD COLUMN rate_per_minute INTEGER NOT NULL DEFAULT 0; -- 0: no limit

ALTER TABLE trigger_events
  ADD COLUMN request TEXT NOT NULL DEFAULT '', -- what came beside the body: JSON {query, headers} of a webhook
  ADD COLUMN input   TEXT NOT NULL DEFAULT ''; -- what the run gets of it; empty: all
