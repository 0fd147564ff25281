-- How connections are called where neither a person nor a company may be named: by a number that nobody can guess.
CREATE TABLE connection_numbers (
    connection TEXT NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE DEFAULT (abs(random() % 1000000000000))
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO connection_numbers (connection) SELECT id FROM connections;
