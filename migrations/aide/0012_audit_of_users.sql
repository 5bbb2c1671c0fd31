ALTER TABLE audit_log ADD COLUMN user_id TEXT;
