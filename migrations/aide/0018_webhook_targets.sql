CREATE TABLE webhook_targets (
  id            TEXT PRIMARY KEY,
  name          TEXT NOT NULL,
  url           TEXT NOT NULL,
  secret_header TEXT,
  owner_user_id TEXT,
  enabled       BOOLEAN DEFAULT TRUE,
  created_at    TEXT
);
