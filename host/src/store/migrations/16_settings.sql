-- What Administrators have set, and which endpoints a folder for tests works with.
CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Older programs did not remember which folders were for tests, so of one that they have made nobody knows: it takes
-- endpoints for tests with each command, as it did, until somebody connects it to a real source.
INSERT INTO settings (key, value, set_by, set_at)
    SELECT 'test.unknown', 'yes', 'an older program', ''
    WHERE EXISTS (SELECT 1 FROM connections) OR EXISTS (SELECT 1 FROM files);
