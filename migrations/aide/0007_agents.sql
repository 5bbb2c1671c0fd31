CREATE TABLE agents (
  id                   TEXT PRIMARY KEY,
  name                 TEXT NOT NULL,
  description          TEXT,
  prompt               TEXT NOT NULL,
  model                TEXT NOT NULL,
  can_create_subagents BOOLEAN DEFAULT FALSE,
  allowed_tools        JSONB,
  schedule             TEXT,
  enabled              BOOLEAN DEFAULT TRUE,
  max_tool_calls       INTEGER,
  prompt_mode          TEXT DEFAULT 'combined',
  parent_agent_id      TEXT,
  created_by           TEXT,
  owner_user_id        TEXT,
  created_at           TEXT NOT NULL,
  updated_at           TEXT NOT NULL
);
