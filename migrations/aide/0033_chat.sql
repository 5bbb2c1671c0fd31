-- Chats: versions of a turn, the persona of an agent, search over title and messages.
ALTER TABLE conversations ADD COLUMN agent_id TEXT; -- no foreign key: a chat stays readable without its agent

-- What was said from a turn on, before that turn was said anew.
CREATE TABLE conversation_versions (
  conversation_id TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
  replaced_by     TEXT NOT NULL, -- the run of the turn that took its place
  run_id          TEXT NOT NULL, -- the run of the turn that was replaced
  messages        JSONB NOT NULL,
  replaced_at     TEXT NOT NULL,
  PRIMARY KEY (conversation_id, replaced_by)
);

CREATE INDEX conversations_begun_idx ON conversations (user_id, (COALESCE(started_at, '')) DESC, id DESC);
CREATE INDEX runs_conversation_id_idx ON runs (conversation_id) WHERE conversation_id IS NOT NULL;

-- The words of each message, and those of the title at position -1. One row a message: an answer costs its own words
-- only, and no text is too long for a tsvector.
CREATE TABLE conversation_words (
  conversation_id TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
  position        INTEGER NOT NULL,
  words           TSVECTOR NOT NULL,
  PRIMARY KEY (conversation_id, position)
);
CREATE INDEX conversation_words_idx ON conversation_words USING GIN (words) WITH (gin_pending_list_limit = 512);

-- The text of an element of conversations.messages: a string, or in older rows a list of blocks.
CREATE FUNCTION conversation_message_text(message JSONB) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT left(CASE jsonb_typeof(message->'content')
    WHEN 'string' THEN message->>'content'
    WHEN 'array' THEN (SELECT string_agg(block->>'text', E'\n\n') FROM jsonb_array_elements(message->'content') AS block)
  END, 100000)
$$;

-- Which words a message or a title is found by; never fails, as no answer may be lost for the sake of the search.
CREATE FUNCTION conversation_words_of(said TEXT) RETURNS TSVECTOR LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN to_tsvector('simple', COALESCE(left(said, 100000), ''));
EXCEPTION WHEN program_limit_exceeded THEN
  RETURN to_tsvector('simple', left(said, 20000));
END
$$;

CREATE FUNCTION conversation_words_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  old_messages JSONB := '[]';
  new_messages JSONB := '[]';
  kept INTEGER;
BEGIN
  IF TG_OP = 'INSERT' OR NEW.title IS DISTINCT FROM OLD.title THEN
    INSERT INTO conversation_words VALUES (NEW.id, -1, conversation_words_of(NEW.title))
    ON CONFLICT (conversation_id, position) DO UPDATE SET words = excluded.words;
  END IF;
  IF jsonb_typeof(NEW.messages) = 'array' THEN
    new_messages := NEW.messages;
  END IF;
  IF TG_OP = 'UPDATE' AND jsonb_typeof(OLD.messages) = 'array' THEN
    old_messages := OLD.messages;
  END IF;
  -- Messages are only appended, or cut off at the end and appended: the last common one tells where.
  kept := LEAST(jsonb_array_length(old_messages), jsonb_array_length(new_messages));
  WHILE kept > 0 AND old_messages->(kept - 1) IS DISTINCT FROM new_messages->(kept - 1) LOOP
    kept := kept - 1;
  END LOOP;
  IF jsonb_array_length(old_messages) > kept THEN
    DELETE FROM conversation_words WHERE conversation_id = NEW.id AND position >= kept;
  END IF;
  FOR i IN kept .. jsonb_array_length(new_messages) - 1 LOOP
    INSERT INTO conversation_words VALUES (NEW.id, i, conversation_words_of(conversation_message_text(new_messages->i)))
    ON CONFLICT (conversation_id, position) DO UPDATE SET words = excluded.words;
  END LOOP;
  RETURN NULL;
END
$$;
CREATE TRIGGER conversation_words_follow AFTER INSERT OR UPDATE OF title, messages ON conversations
  FOR EACH ROW EXECUTE FUNCTION conversation_words_follow();

INSERT INTO conversation_words
  SELECT id, -1, conversation_words_of(title) FROM conversations
  UNION ALL
  SELECT c.id, m.n - 1, conversation_words_of(conversation_message_text(m.message))
  FROM conversations c
  CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(c.messages) = 'array' THEN c.messages ELSE '[]' END)
    WITH ORDINALITY AS m(message, n);
