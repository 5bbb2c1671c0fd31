-- How often a run's actor failed inside the server: after the third time in a row the run is put aside until a person has it
-- tried again, which begins a new row of tries.
CREATE TABLE run_crashes (
  id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id   TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  at       TEXT NOT NULL,
  step     INTEGER NOT NULL, -- the last one that was committed; 0: none
  error    TEXT,             -- NULL: not a crash, but somebody had it tried again
  tried_by TEXT              -- who, by name
);
CREATE INDEX run_crashes_run_id_idx ON run_crashes (run_id, id);
