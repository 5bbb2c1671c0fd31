CREATE TABLE browser_approved_domains (
  id            TEXT PRIMARY KEY,
  owner_user_id TEXT NOT NULL,
  domain        TEXT NOT NULL,
  note          TEXT,
  created_at    TEXT NOT NULL,
  UNIQUE (owner_user_id, domain)
);
