-- Objects that were found not to be what was stored. A row goes once its object is whole again.
CREATE TABLE damaged (
    sha256 TEXT PRIMARY KEY,
    what TEXT NOT NULL,
    message TEXT NOT NULL,
    since TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How far the nightly look at all objects is, in the order of their names. `remaining` counts what is left of that
-- day's share, in bytes. `database` says what is wrong with the database itself, one problem a line.
CREATE TABLE looking (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    day TEXT NOT NULL,
    remaining INTEGER NOT NULL,
    after TEXT NOT NULL,
    round_began TEXT NOT NULL,
    round_before TEXT,
    looked_at TEXT,
    database TEXT
) STRICT;
