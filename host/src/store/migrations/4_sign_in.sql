-- A connection is the company's, or that of the Administrator who owns it. One that was given up keeps its row, for the
-- files that came through it; it has neither a secret nor a grant any more.
ALTER TABLE connections ADD COLUMN owner TEXT REFERENCES users (name);
ALTER TABLE connections ADD COLUMN account TEXT;
ALTER TABLE connections ADD COLUMN account_name TEXT;
ALTER TABLE connections ADD COLUMN credential TEXT NOT NULL DEFAULT 'secret';
ALTER TABLE connections ADD COLUMN expires_at TEXT;
ALTER TABLE connections ADD COLUMN broken_since TEXT;
ALTER TABLE connections ADD COLUMN broken_problem TEXT;
ALTER TABLE connections ADD COLUMN broken_message TEXT;
ALTER TABLE connections ADD COLUMN disconnected_at TEXT;

-- What is kept of a person's sign-in, sealed: one row a connection, replaced as a whole at each renewal.
CREATE TABLE grants (
    connection TEXT PRIMARY KEY REFERENCES connections (id),
    sealed BLOB NOT NULL
) STRICT;

-- The name of the key that everything sealed in here is sealed with.
CREATE TABLE sealed_with (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key_id TEXT NOT NULL
) STRICT;
