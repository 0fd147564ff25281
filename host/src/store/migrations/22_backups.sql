-- What was copied into a backup, when, and what came of it: the latest hundred. The folder is told where commands are
-- typed, and on no page.
CREATE TABLE backups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    made_at TEXT NOT NULL,
    made_by TEXT NOT NULL,
    folder TEXT NOT NULL,
    number INTEGER NOT NULL,
    database_size INTEGER NOT NULL,
    objects INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    copied INTEGER NOT NULL,
    copied_bytes INTEGER NOT NULL,
    lacking INTEGER NOT NULL,
    with_key INTEGER NOT NULL
) STRICT;
