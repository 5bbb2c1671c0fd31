-- Every chat that has written to the bot; those that are not in telegram_whitelist are strangers.
CREATE TABLE telegram_chats (
  chat_id         TEXT PRIMARY KEY,
  kind            TEXT NOT NULL DEFAULT '',
  title           TEXT NOT NULL DEFAULT '',
  username        TEXT NOT NULL DEFAULT '',
  first_seen_at   TEXT NOT NULL,
  last_seen_at    TEXT NOT NULL,
  messages        BIGINT NOT NULL DEFAULT 0,
  agent_id        TEXT, -- who answers; NULL: the assistant
  conversation_id TEXT  -- that goes on here
);
-- What waits for its turn in a chat.
CREATE INDEX trigger_events_waiting_idx ON trigger_events (source, source_id, id) WHERE outcome = 'waiting';
