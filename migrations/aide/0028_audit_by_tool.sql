CREATE INDEX audit_log_tool_name_idx ON audit_log (tool_name);
