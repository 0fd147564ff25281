-- Long work that people have begun: what is known of it while it lasts, and its end. A number is an address, and is never
-- given twice. `program` is the entry of the program that carries it out, in the folder `programs`. `told` and `failure`
-- are JSON of a bounded size.
CREATE TABLE operations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    begun_by TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    program TEXT NOT NULL,
    connection TEXT,
    run INTEGER,
    told TEXT NOT NULL DEFAULT '{}',
    stop_asked INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'running',
    ended_at TEXT,
    failure TEXT
) STRICT;
CREATE INDEX operations_open ON operations (id) WHERE state = 'running';
