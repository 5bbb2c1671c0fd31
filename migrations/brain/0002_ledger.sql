CREATE TABLE schema_migrations (
  version    INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  sha256     TEXT NOT NULL, -- of the file; 'adopted' where another program had applied it
  applied_at TEXT NOT NULL
);
