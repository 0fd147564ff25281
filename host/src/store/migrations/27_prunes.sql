-- Which days had their letting go of what is over its time, and what came of it: the latest hundred.
CREATE TABLE prunes (
    day TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    revisions INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    runs INTEGER NOT NULL DEFAULT 0,
    lines INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Whether a run that goes still has rows.
CREATE INDEX planned_by_run ON planned (run);
