CREATE INDEX audit_log_session_id_idx ON audit_log (session_id);
