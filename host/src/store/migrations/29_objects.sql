-- The objects that lie elsewhere, on an object store: each is announced here before it is put there, and is deleted there
-- before it goes from here. Empty where objects lie in the data folder.
CREATE TABLE objects (
    sha256 TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    touched_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
