-- Files that people have removed keep their rows: a File ID is never given twice, and ledgers name it. NULL for all others.
ALTER TABLE files ADD COLUMN removed_at TEXT;

-- The bin: who removed a file, and what it followed until then. `emptied_at` is when it was removed for good: it has no
-- revisions any more from then on.
CREATE TABLE bin (
    file INTEGER PRIMARY KEY REFERENCES files (id),
    removed_by TEXT NOT NULL,
    emptied_at TEXT,
    connection TEXT,
    drive TEXT,
    item TEXT,
    version TEXT,
    hash TEXT,
    size INTEGER,
    verification TEXT,
    name TEXT,
    web_url TEXT,
    linked_at TEXT,
    held INTEGER,
    place TEXT
) STRICT;
CREATE INDEX bin_by_source ON bin (drive, item) WHERE drive IS NOT NULL;

-- What was told of a file before.
CREATE INDEX outcomes_by_file ON outcomes (file, run);
