-- How the senders of a webhook prove themselves.
ALTER TABLE webhook_endpoints
  ADD COLUMN verify       TEXT NOT NULL DEFAULT 'none', -- none, github, standard, stripe, token
  ADD COLUMN token_header TEXT,                         -- verify token: the header that holds the secret
  ADD COLUMN secrets_enc  TEXT;                         -- vault: a JSON list, the newest first
