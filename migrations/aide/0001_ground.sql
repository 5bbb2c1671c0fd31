-- What was applied, the encrypted settings, and the sites that the web tool trusts from the start.
CREATE TABLE schema_version (
  version INTEGER PRIMARY KEY
);
COMMENT ON TABLE schema_version IS 'made by oai-web';

CREATE TABLE credentials (
  key         TEXT PRIMARY KEY,
  value_enc   TEXT NOT NULL,
  description TEXT,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL
);

CREATE TABLE web_whitelist (
  domain     TEXT PRIMARY KEY,
  note       TEXT,
  created_at TEXT NOT NULL
);
INSERT INTO web_whitelist (domain, created_at) VALUES
  ('duckduckgo.com', :'now'),
  ('wikipedia.org', :'now'),
  ('weather.met.no', :'now'),
  ('api.met.no', :'now'),
  ('yr.no', :'now'),
  ('timeanddate.com', :'now');
