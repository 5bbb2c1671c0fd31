CREATE TABLE telegram_whitelist (
  id      TEXT PRIMARY KEY,
  chat_id TEXT NOT NULL,
  user_id TEXT,
  label   TEXT,
  UNIQUE NULLS NOT DISTINCT (chat_id, user_id)
);
