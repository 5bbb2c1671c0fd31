CREATE TABLE rss_feeds (
  id                TEXT PRIMARY KEY,
  url               TEXT NOT NULL,
  schedule          TEXT NOT NULL,
  agent_id          TEXT,
  seen_item_ids     JSONB DEFAULT '[]',
  max_items_per_run INTEGER DEFAULT 5,
  last_fetched_at   TEXT,
  last_etag         TEXT,
  last_modified     TEXT,
  notification_mode TEXT DEFAULT 'agent',
  owner_user_id     TEXT,
  enabled           BOOLEAN DEFAULT TRUE,
  created_at        TEXT
);
