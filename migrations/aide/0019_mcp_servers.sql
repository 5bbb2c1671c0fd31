CREATE TABLE mcp_servers (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  url         TEXT NOT NULL,
  transport   TEXT DEFAULT 'sse',
  api_key_enc TEXT,
  headers_enc TEXT,
  user_id     TEXT,
  enabled     BOOLEAN DEFAULT TRUE,
  created_at  TEXT
);
