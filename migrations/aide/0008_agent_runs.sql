CREATE TABLE agent_runs (
  id            TEXT PRIMARY KEY,
  agent_id      TEXT NOT NULL REFERENCES agents(id),
  started_at    TEXT NOT NULL,
  ended_at      TEXT,
  status        TEXT,
  input_tokens  INTEGER DEFAULT 0,
  output_tokens INTEGER DEFAULT 0,
  cost_usd      REAL,
  result        TEXT,
  error         TEXT
);
