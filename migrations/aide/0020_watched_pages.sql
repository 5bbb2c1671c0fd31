CREATE TABLE watched_pages (
  id                TEXT PRIMARY KEY,
  url               TEXT NOT NULL,
  schedule          TEXT NOT NULL,
  css_selector      TEXT,
  last_content_hash TEXT,
  last_changed_at   TEXT,
  last_checked_at   TEXT,
  agent_id          TEXT,
  notification_mode TEXT DEFAULT 'agent',
  owner_user_id     TEXT,
  enabled           BOOLEAN DEFAULT TRUE,
  created_at        TEXT
);
