-- What a run is about: `sync`, or `association` for an upload of a sheet. Of the latter, `inputs` counts rows.
ALTER TABLE runs ADD COLUMN subject TEXT NOT NULL DEFAULT 'sync';
-- When an upload was taken back.
ALTER TABLE runs ADD COLUMN undone_at TEXT;

-- The ledger of an upload: one line a row of the sheet.
CREATE TABLE sheet_rows (
    run INTEGER NOT NULL REFERENCES runs (id),
    row INTEGER NOT NULL,
    place INTEGER NOT NULL,
    file TEXT NOT NULL,
    path TEXT NOT NULL,
    outcome TEXT NOT NULL,
    message TEXT NOT NULL,
    resolved TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;

-- What an upload has linked, written together with the links; and what these files followed before, so that it can be
-- taken back. `revision` is the one that the file had.
CREATE TABLE bindings (
    run INTEGER NOT NULL REFERENCES runs (id),
    file INTEGER NOT NULL REFERENCES files (id),
    drive TEXT NOT NULL,
    item TEXT NOT NULL,
    revision INTEGER NOT NULL,
    was_linked INTEGER NOT NULL,
    was_connection TEXT,
    was_drive TEXT,
    was_item TEXT,
    was_version TEXT,
    was_hash TEXT,
    was_size INTEGER,
    was_verification TEXT,
    was_name TEXT,
    was_web_url TEXT,
    was_linked_at TEXT,
    was_state TEXT,
    PRIMARY KEY (run, file)
) STRICT, WITHOUT ROWID;
