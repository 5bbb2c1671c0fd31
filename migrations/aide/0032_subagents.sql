-- Runs that begin runs: sub-agents and who waits for them; runs that repeat another's beginning; what an agent that an
-- agent made may not exceed; what models were told.
ALTER TABLE runs
  ADD COLUMN parent_seq  INTEGER, -- the parent's step that waits for it
  ADD COLUMN forked_from TEXT,    -- the run whose steps before forked_seq stand at this one's beginning
  ADD COLUMN forked_seq  INTEGER;
CREATE INDEX runs_parent_run_id_idx ON runs (parent_run_id) WHERE parent_run_id IS NOT NULL;

ALTER TABLE agents ADD COLUMN within JSONB NOT NULL DEFAULT '[]'; -- lists of tools, [] being all
CREATE INDEX agents_parent_agent_id_idx ON agents (parent_agent_id) WHERE parent_agent_id IS NOT NULL;

-- What model calls were told beside the conversation; steps name it by its hash.
CREATE TABLE prompts (
  hash       TEXT PRIMARY KEY,
  system     TEXT NOT NULL,
  tools      JSONB NOT NULL, -- [{name, description, schema}]
  created_at TEXT NOT NULL
);
