CREATE TABLE audit_log (
  id             BIGSERIAL PRIMARY KEY,
  timestamp      TEXT NOT NULL,
  session_id     TEXT,
  tool_name      TEXT NOT NULL,
  arguments      JSONB,
  result_summary TEXT,
  confirmed      BOOLEAN NOT NULL DEFAULT FALSE,
  task_id        TEXT
);
