-- What an agent may cost, how often it may run side by side, and what becomes of times of its schedule that were missed.
ALTER TABLE agents
  ADD COLUMN fallback_model      TEXT,             -- when its own model fails; NULL: the system's
  ADD COLUMN max_concurrent_runs INTEGER,          -- NULL: no limit of its own
  ADD COLUMN budget_day_usd      DOUBLE PRECISION, -- NULL: no limit; days and months are the owner's
  ADD COLUMN budget_month_usd    DOUBLE PRECISION,
  ADD COLUMN missed_runs         TEXT NOT NULL DEFAULT 'skip', -- skip, once, all
  ADD COLUMN missed_runs_max     INTEGER NOT NULL DEFAULT 5,   -- with all: at most so many at once
  ADD COLUMN schedule_jitter_s   INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN allow_overlap       BOOLEAN NOT NULL DEFAULT FALSE; -- whether a time may come while a run of an earlier one goes on
