-- How people come in through the console. None of these holds what opens it: passwords as argon2id has them, one-time
-- links and the cookies of logins as their SHA-256.
CREATE TABLE passwords (
    user TEXT PRIMARY KEY REFERENCES users (name),
    hash TEXT NOT NULL,
    set_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE invitations (
    hash TEXT PRIMARY KEY,
    user TEXT NOT NULL REFERENCES users (name),
    made_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    used_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_by_user ON invitations (user);
CREATE TABLE logins (
    hash TEXT PRIMARY KEY,
    user TEXT NOT NULL REFERENCES users (name),
    made_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX logins_by_user ON logins (user, made_at);

-- Who did what, when and from where.
CREATE TABLE trail (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    user TEXT NOT NULL,
    what TEXT NOT NULL,
    about TEXT NOT NULL,
    address TEXT NOT NULL
) STRICT;
