CREATE TABLE users (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('administrator', 'member'))
) STRICT;
INSERT INTO users VALUES ('admin', 'administrator');

-- One row a connection. `secret` is sealed; everything else may be read by anyone who can read the folder.
CREATE TABLE connections (
    id TEXT PRIMARY KEY,
    plugin TEXT NOT NULL,
    mode TEXT NOT NULL,
    settings TEXT NOT NULL,
    secret BLOB NOT NULL,
    drive_id TEXT,
    drive_name TEXT,
    connected_at TEXT NOT NULL,
    connected_by TEXT NOT NULL REFERENCES users (name),
    checked_at TEXT
) STRICT;

-- File IDs begin at 100001 and are never given twice.
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    place TEXT NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO sqlite_sequence VALUES ('files', 100000);

CREATE TABLE revisions (
    file INTEGER NOT NULL REFERENCES files (id),
    number INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    made_at TEXT NOT NULL,
    PRIMARY KEY (file, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX revisions_by_object ON revisions (sha256);

-- What a managed file follows.
CREATE TABLE links (
    file INTEGER PRIMARY KEY REFERENCES files (id),
    connection TEXT NOT NULL REFERENCES connections (id),
    drive TEXT NOT NULL,
    item TEXT NOT NULL,
    version TEXT,
    hash TEXT NOT NULL,
    size INTEGER NOT NULL,
    verification TEXT NOT NULL,
    name TEXT NOT NULL,
    web_url TEXT,
    linked_at TEXT NOT NULL
) STRICT;
CREATE INDEX links_by_source ON links (drive, item);

-- Where a file is shown: by File ID, at a revision.
CREATE TABLE showings (
    file INTEGER NOT NULL REFERENCES files (id),
    kind TEXT NOT NULL CHECK (kind IN ('ClientPoint', 'Template')),
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (file, kind, name)
) STRICT, WITHOUT ROWID;

-- Small durable values of plugins, one space a connection. A removed value is NULL, so that versions never repeat.
CREATE TABLE state (
    connection TEXT NOT NULL REFERENCES connections (id),
    key TEXT NOT NULL,
    value BLOB,
    version INTEGER NOT NULL,
    PRIMARY KEY (connection, key)
) STRICT, WITHOUT ROWID;
