-- The durable engine: the queue and its journal, sign-in, approvals; and what keeps the audit log honest.
CREATE TABLE schema_migrations (
  version    INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  sha256     TEXT NOT NULL, -- of the file; 'adopted' where another program had applied it
  applied_at TEXT NOT NULL
);

CREATE TABLE runs (
  id               TEXT PRIMARY KEY,
  kind             TEXT NOT NULL,
  agent_id         TEXT REFERENCES agents(id),
  conversation_id  TEXT,
  owner_user_id    TEXT,
  trigger_event_id TEXT,
  parent_run_id    TEXT,
  priority         SMALLINT NOT NULL DEFAULT 1, -- 0 interactive, 1 autonomous
  definition       JSONB NOT NULL,
  message          TEXT NOT NULL DEFAULT '',
  state            TEXT NOT NULL DEFAULT 'queued',
  why_waiting      TEXT,
  attempts         INTEGER NOT NULL DEFAULT 0,
  queued_at        TEXT NOT NULL,
  started_at       TEXT,
  ended_at         TEXT,
  input_tokens     BIGINT NOT NULL DEFAULT 0,
  output_tokens    BIGINT NOT NULL DEFAULT 0,
  cost_usd         DOUBLE PRECISION NOT NULL DEFAULT 0,
  result           TEXT,
  error            TEXT,
  trace_id         TEXT NOT NULL DEFAULT ''
);
CREATE INDEX runs_queue_idx ON runs ((COALESCE(owner_user_id, '')), priority, id) WHERE state = 'queued';
CREATE INDEX runs_alive_idx ON runs (id) WHERE state IN ('running', 'waiting');
CREATE INDEX runs_owner_user_id_id_idx ON runs (owner_user_id, id);
CREATE INDEX runs_agent_id_id_idx ON runs (agent_id, id);
CREATE UNIQUE INDEX runs_one_turn_idx ON runs (conversation_id)
  WHERE conversation_id IS NOT NULL AND state IN ('queued', 'running', 'waiting');
CREATE INDEX runs_autonomous_starts_idx ON runs (started_at) WHERE priority = 1 AND started_at IS NOT NULL;

-- No foreign key to runs: the journal is the only writer, and a key costs 6 microseconds a row.
CREATE TABLE run_steps (
  run_id        TEXT NOT NULL,
  seq           INTEGER NOT NULL,
  kind          TEXT NOT NULL,
  state         TEXT NOT NULL,
  name          TEXT NOT NULL DEFAULT '',
  request       JSONB,
  response      JSONB,
  input_tokens  BIGINT NOT NULL DEFAULT 0,
  output_tokens BIGINT NOT NULL DEFAULT 0,
  cost_usd      DOUBLE PRECISION NOT NULL DEFAULT 0,
  started_at    TEXT NOT NULL,
  ended_at      TEXT,
  PRIMARY KEY (run_id, seq)
);

CREATE TABLE trigger_events (
  id           TEXT PRIMARY KEY,
  source       TEXT NOT NULL,
  source_id    TEXT NOT NULL,
  source_name  TEXT NOT NULL DEFAULT '',
  dedupe_key   TEXT NOT NULL,
  content_type TEXT NOT NULL DEFAULT '',
  body         TEXT NOT NULL,
  outcome      TEXT NOT NULL DEFAULT 'queued',
  run_id       TEXT,
  received_at  TEXT NOT NULL,
  UNIQUE (source, source_id, dedupe_key)
);

CREATE TABLE sessions (
  id_hash        TEXT PRIMARY KEY,
  user_id        TEXT NOT NULL REFERENCES users(id),
  created_at     TEXT NOT NULL,
  expires_at     TEXT NOT NULL,
  client_address TEXT NOT NULL DEFAULT '',
  user_agent     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id);

CREATE TABLE api_keys (
  id           TEXT PRIMARY KEY,
  user_id      TEXT NOT NULL REFERENCES users(id),
  name         TEXT NOT NULL,
  prefix       TEXT NOT NULL,
  key_hash     TEXT NOT NULL UNIQUE,
  scopes       JSONB NOT NULL DEFAULT '[]',
  created_at   TEXT NOT NULL,
  expires_at   TEXT,
  last_used_at TEXT
);
CREATE INDEX api_keys_user_id_idx ON api_keys (user_id);

CREATE TABLE confirmations (
  id              TEXT PRIMARY KEY,
  run_id          TEXT NOT NULL,
  call_id         TEXT NOT NULL,
  conversation_id TEXT,
  owner_user_id   TEXT NOT NULL,
  tool_name       TEXT NOT NULL,
  arguments       JSONB,
  description     TEXT NOT NULL DEFAULT '',
  destination     TEXT NOT NULL DEFAULT '',
  hash            TEXT NOT NULL,
  state           TEXT NOT NULL DEFAULT 'open',
  scope           TEXT NOT NULL DEFAULT 'once',
  created_at      TEXT NOT NULL,
  expires_at      TEXT NOT NULL,
  answered_at     TEXT,
  UNIQUE (run_id, call_id)
);
CREATE INDEX confirmations_conversation_id_idx ON confirmations (conversation_id);

ALTER TABLE agents ADD COLUMN deleted_at TEXT;
ALTER TABLE filesystem_whitelist ADD COLUMN for_users BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX conversations_user_id_idx ON conversations (user_id);

-- Each row holds the hash of the one before it; rows from before this migration have none.
ALTER TABLE audit_log ADD COLUMN previous_hash TEXT, ADD COLUMN hash TEXT;

CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('oai_web.retention', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'audit_log is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();
