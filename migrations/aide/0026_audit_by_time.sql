CREATE INDEX audit_log_timestamp_idx ON audit_log (timestamp);
