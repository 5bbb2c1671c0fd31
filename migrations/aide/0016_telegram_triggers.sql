CREATE TABLE telegram_triggers (
  id           TEXT PRIMARY KEY,
  trigger_word TEXT NOT NULL,
  agent_id     TEXT NOT NULL,
  user_id      TEXT,
  enabled      BOOLEAN DEFAULT TRUE,
  created_at   TEXT
);
