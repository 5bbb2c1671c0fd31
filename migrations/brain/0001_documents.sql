-- The 2nd Brain: thoughts with their embeddings (1536 dimensions, as OpenAI's text-embedding-3-small has them).
CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE schema_version (
  version INTEGER PRIMARY KEY
);
COMMENT ON TABLE schema_version IS 'made by oai-web';

CREATE TABLE documents (
  document_id TEXT PRIMARY KEY,
  content     TEXT NOT NULL,
  embedding   vector(1536),
  metadata    JSONB,
  created_at  TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  updated_at  TIMESTAMPTZ NOT NULL DEFAULT NOW()
);
CREATE INDEX documents_embedding_idx ON documents USING hnsw (embedding vector_cosine_ops);
