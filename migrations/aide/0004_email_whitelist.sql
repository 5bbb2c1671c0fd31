CREATE TABLE email_whitelist (
  email       TEXT PRIMARY KEY,
  daily_limit INTEGER DEFAULT 0,
  created_at  TEXT NOT NULL
);
