CREATE TABLE filesystem_whitelist (
  path       TEXT PRIMARY KEY,
  note       TEXT,
  created_at TEXT NOT NULL
);
