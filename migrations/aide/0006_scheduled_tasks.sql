CREATE TABLE scheduled_tasks (
  id            TEXT PRIMARY KEY,
  name          TEXT NOT NULL,
  description   TEXT,
  schedule      TEXT,
  prompt        TEXT NOT NULL,
  allowed_tools TEXT,
  enabled       BOOLEAN DEFAULT TRUE,
  last_run      TEXT,
  last_status   TEXT,
  created_at    TEXT,
  updated_at    TEXT
);
