-- What people were told of, so that nobody is told the same every night.
CREATE TABLE told (
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    state TEXT NOT NULL,
    told_at TEXT NOT NULL,
    PRIMARY KEY (kind, about)
) STRICT, WITHOUT ROWID;
-- What is on its way to them.
CREATE TABLE digests (
    id INTEGER PRIMARY KEY,
    way TEXT NOT NULL,
    digest TEXT NOT NULL,
    made_at TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_at TEXT NOT NULL,
    failed TEXT
) STRICT;
