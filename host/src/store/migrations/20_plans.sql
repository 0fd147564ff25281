-- What a look at the sync has found, for as long as it is the last one of its connection.
CREATE TABLE planned (
    connection TEXT NOT NULL REFERENCES connections (id),
    run INTEGER NOT NULL REFERENCES runs (id),
    place INTEGER NOT NULL,
    file INTEGER NOT NULL,
    library_name TEXT NOT NULL,
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    size INTEGER,
    version TEXT,
    shown_in INTEGER NOT NULL,
    PRIMARY KEY (connection, run, place)
) STRICT, WITHOUT ROWID;
