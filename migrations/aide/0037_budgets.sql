-- What models cost: an unknown price is unknown, not 0; prices of the administrators' own; budgets of users, and what was spent.
ALTER TABLE runs ALTER COLUMN cost_usd DROP NOT NULL;
ALTER TABLE run_steps ALTER COLUMN cost_usd DROP NOT NULL;

ALTER TABLE users
  ADD COLUMN budget_day_usd   DOUBLE PRECISION, -- NULL: no limit; days and months are the user's
  ADD COLUMN budget_month_usd DOUBLE PRECISION;

-- In the place of what the provider or the built-in table says. USD for a million tokens; NULL: unknown, or as prompt_usd.
CREATE TABLE model_prices (
  model           TEXT PRIMARY KEY, -- provider:model
  prompt_usd      DOUBLE PRECISION NOT NULL,
  completion_usd  DOUBLE PRECISION NOT NULL,
  cache_read_usd  DOUBLE PRECISION,
  cache_write_usd DOUBLE PRECISION,
  updated_at      TEXT NOT NULL
);

CREATE INDEX run_steps_paid_idx ON run_steps (started_at) WHERE cost_usd > 0;
