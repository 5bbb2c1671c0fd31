CREATE TABLE users (
  id            TEXT PRIMARY KEY,
  username      TEXT UNIQUE NOT NULL,
  password_hash TEXT NOT NULL,
  role          TEXT NOT NULL,
  is_active     BOOLEAN NOT NULL DEFAULT TRUE,
  totp_secret   TEXT,
  email         TEXT,
  created_at    TEXT NOT NULL,
  updated_at    TEXT NOT NULL
);
