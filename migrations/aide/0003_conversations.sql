CREATE TABLE conversations (
  id         TEXT PRIMARY KEY,
  started_at TEXT,
  ended_at   TEXT,
  messages   JSONB,
  task_id    TEXT
);
