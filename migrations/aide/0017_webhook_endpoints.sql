CREATE TABLE webhook_endpoints (
  id                TEXT PRIMARY KEY,
  name              TEXT NOT NULL,
  token             TEXT NOT NULL UNIQUE,
  agent_id          TEXT,
  owner_user_id     TEXT,
  allow_get         BOOLEAN DEFAULT FALSE,
  enabled           BOOLEAN DEFAULT TRUE,
  trigger_count     INTEGER DEFAULT 0,
  last_triggered_at TEXT,
  created_at        TEXT
);
