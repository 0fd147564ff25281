-- How often each right was taken that something is written under: who holds one of an earlier epoch writes nothing more.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
