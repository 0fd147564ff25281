-- How each managed file stands to its item. `waiting` is its place among those that are due; NULL where all is settled.
ALTER TABLE links ADD COLUMN state TEXT NOT NULL DEFAULT 'following';
ALTER TABLE links ADD COLUMN waiting INTEGER;
ALTER TABLE links ADD COLUMN suspected INTEGER NOT NULL DEFAULT 0;
ALTER TABLE links ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE links ADD COLUMN note TEXT;
CREATE INDEX links_by_drive ON links (connection, drive, file);
CREATE INDEX links_due ON links (connection, coalesce(waiting, 0), file) WHERE waiting IS NOT NULL OR suspected = 1;
CREATE INDEX links_suspected ON links (connection, drive, file) WHERE suspected = 1;
CREATE INDEX links_unsettled ON links (connection, file) WHERE state <> 'following';

-- "Do not update existing ClientPoints", for one file and for all.
ALTER TABLE files ADD COLUMN keep_clientpoints INTEGER NOT NULL DEFAULT 0;
CREATE TABLE switches (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- A run is recorded before it starts. `due` is the UTC date of a scheduled one, so that there is one a day at most.
-- `state`: running (or interrupted, if nobody holds its lock), complete, incomplete, failed, planned.
-- `rest` counts the files without a line of their own; all of them have the outcome `rest_outcome`.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    connection TEXT NOT NULL REFERENCES connections (id),
    drive TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('scheduled', 'manual', 'plan')),
    due TEXT,
    late INTEGER NOT NULL DEFAULT 0,
    started_by TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    state TEXT NOT NULL DEFAULT 'running',
    options TEXT NOT NULL,
    cursor TEXT,
    listed INTEGER NOT NULL DEFAULT 0,
    inputs INTEGER NOT NULL,
    rest INTEGER NOT NULL DEFAULT 0,
    rest_outcome TEXT,
    message TEXT
) STRICT;
CREATE UNIQUE INDEX runs_once_a_day ON runs (connection, due) WHERE due IS NOT NULL;
CREATE INDEX runs_running ON runs (connection) WHERE state = 'running';

-- The ledger: one line a file and run.
CREATE TABLE outcomes (
    run INTEGER NOT NULL REFERENCES runs (id),
    file INTEGER NOT NULL REFERENCES files (id),
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    name TEXT NOT NULL,
    message TEXT NOT NULL,
    revision INTEGER NOT NULL,
    size INTEGER NOT NULL,
    reached INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (run, file)
) STRICT, WITHOUT ROWID;
