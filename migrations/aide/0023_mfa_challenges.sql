CREATE TABLE mfa_challenges (
  id         TEXT PRIMARY KEY,
  token      TEXT UNIQUE NOT NULL,
  user_id    TEXT NOT NULL,
  next_url   TEXT DEFAULT '/',
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  attempts   INTEGER DEFAULT 0
);
