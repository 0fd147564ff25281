-- The identity that the database and its folder share, and a counter that is never behind the folder's: one that is
-- belongs to a copy from before. `day` and `swept` are the UTC days on which the counter rose last, and of the last sweep.
CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,
    counter INTEGER NOT NULL,
    day TEXT NOT NULL,
    swept TEXT NOT NULL
) STRICT;
INSERT INTO identity VALUES (1, lower(hex(randomblob(16))), 1, '', '');

-- Objects that were published and are not needed: they may be swept in any number.
CREATE TABLE let_go (
    sha256 TEXT PRIMARY KEY,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What the latest sweeps did.
CREATE TABLE sweeps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    day TEXT NOT NULL,
    objects INTEGER NOT NULL,
    let_go INTEGER NOT NULL,
    unheard INTEGER NOT NULL,
    spared INTEGER NOT NULL,
    returned INTEGER NOT NULL,
    emptied INTEGER NOT NULL,
    emptied_bytes INTEGER NOT NULL
) STRICT;

-- What lies among the host's files, is not its own, and has been told.
CREATE TABLE strays (
    path TEXT PRIMARY KEY,
    told_on TEXT NOT NULL
) STRICT, WITHOUT ROWID;
