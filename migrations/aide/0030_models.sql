-- Real models: servers that an administrator adds, the lists that providers answered last, files that go with messages.
CREATE TABLE model_endpoints (
  name        TEXT PRIMARY KEY, -- what stands before the colon of `name:model`
  base_url    TEXT NOT NULL,
  api_key_enc TEXT,
  created_at  TEXT NOT NULL
);

CREATE TABLE model_lists (
  provider   TEXT PRIMARY KEY,
  models     JSONB NOT NULL,
  fetched_at TEXT NOT NULL
);

CREATE TABLE attachments (
  id              TEXT PRIMARY KEY,
  conversation_id TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
  user_id         TEXT NOT NULL REFERENCES users(id),
  name            TEXT NOT NULL DEFAULT '',
  media_type      TEXT NOT NULL,
  size            BIGINT NOT NULL, -- bytes of the file
  content         TEXT NOT NULL,   -- base64, as models take it
  created_at      TEXT NOT NULL
);
CREATE INDEX attachments_conversation_id_idx ON attachments (conversation_id);
