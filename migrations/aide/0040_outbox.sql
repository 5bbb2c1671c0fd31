-- What is to be delivered to the outside, at least once and in order. A row is written in the transaction that it comes of.
CREATE TABLE outbox (
  seq           BIGSERIAL PRIMARY KEY,
  id            TEXT NOT NULL UNIQUE,            -- the same at each try: the webhook-id
  channel       TEXT NOT NULL,                   -- webhook, telegram, push
  lane          TEXT NOT NULL,                   -- what is kept in order: a target, a chat, a user
  owner_user_id TEXT,
  run_id        TEXT,
  body          TEXT NOT NULL,                   -- JSON, as the channel reads it
  state         TEXT NOT NULL DEFAULT 'waiting', -- waiting, sent, dead
  attempts      INTEGER NOT NULL DEFAULT 0,
  parts_sent    INTEGER NOT NULL DEFAULT 0,      -- of a delivery that goes out in several
  next_at       TEXT NOT NULL,
  created_at    TEXT NOT NULL,
  ended_at      TEXT,
  last_status   INTEGER,                         -- HTTP, of the last try
  last_error    TEXT
);
CREATE INDEX outbox_waiting_idx ON outbox (channel, lane, seq) WHERE state = 'waiting';
CREATE INDEX outbox_lane_idx ON outbox (channel, lane, seq);
CREATE INDEX outbox_dead_idx ON outbox (seq) WHERE state = 'dead';

ALTER TABLE webhook_targets
  ADD COLUMN signing_secret  TEXT, -- vault: whsec_…
  ADD COLUMN disabled_reason TEXT; -- why it was switched off by itself

-- Which targets are told how an agent's runs end.
CREATE TABLE agent_targets (
  agent_id   TEXT NOT NULL REFERENCES agents(id) ON DELETE CASCADE,
  target_id  TEXT NOT NULL REFERENCES webhook_targets(id) ON DELETE CASCADE,
  tell       TEXT NOT NULL, -- success, error, both
  PRIMARY KEY (agent_id, target_id)
);

ALTER TABLE runs ADD COLUMN reply_to JSONB; -- {channel, lane, …}: where its end is told
