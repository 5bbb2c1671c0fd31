ALTER TABLE conversations ADD COLUMN user_id TEXT;
