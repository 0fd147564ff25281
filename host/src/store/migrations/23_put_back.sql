-- Content that a person has put back: whose it was, who has done it, and why. Its revision is a new one.
CREATE TABLE put_back (
    file INTEGER NOT NULL REFERENCES files (id),
    revision INTEGER NOT NULL,
    earlier INTEGER NOT NULL,
    put_back_by TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (file, revision)
) STRICT, WITHOUT ROWID;
