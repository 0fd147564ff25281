-- Tokens of programs: each by its SHA-256 alone, with whoever's it is. It ends with them.
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT NOT NULL UNIQUE,
    user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    label TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('administrator', 'member')),
    made_at TEXT NOT NULL,
    made_by TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    used_at TEXT
) STRICT;
CREATE INDEX tokens_by_user ON tokens (user, id);

-- What programs have asked for once: by whose key, what it was, and the operation that came of it.
CREATE TABLE asked_once (
    user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    operation INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (user, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX asked_once_by_time ON asked_once (at);
CREATE INDEX asked_once_by_operation ON asked_once (operation);
