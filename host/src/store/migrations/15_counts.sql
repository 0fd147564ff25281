-- How many files follow something in a drive through a connection, and how many of them are detached: what each run would
-- have to count in a large table. It repeats what `links` says, so it is kept where no statement can get around it.
CREATE TABLE link_counts (
    connection TEXT NOT NULL REFERENCES connections (id),
    drive TEXT NOT NULL,
    links INTEGER NOT NULL,
    detached INTEGER NOT NULL,
    PRIMARY KEY (connection, drive)
) STRICT, WITHOUT ROWID;
INSERT INTO link_counts
    SELECT connection, drive, count(*), count(CASE WHEN state = 'detached' THEN 1 END) FROM links GROUP BY connection, drive;
CREATE TRIGGER links_added AFTER INSERT ON links BEGIN INSERT INTO link_counts VALUES (NEW.connection, NEW.drive, 1, CASE WHEN NEW.state = 'detached' THEN 1 ELSE 0 END) ON CONFLICT (connection, drive) DO UPDATE SET links = link_counts.links + 1, detached = link_counts.detached + excluded.detached; END;
CREATE TRIGGER links_removed AFTER DELETE ON links BEGIN UPDATE link_counts SET links = links - 1, detached = detached - CASE WHEN OLD.state = 'detached' THEN 1 ELSE 0 END WHERE connection = OLD.connection AND drive = OLD.drive; END;
CREATE TRIGGER links_moved AFTER UPDATE OF connection, drive, state ON links WHEN OLD.connection <> NEW.connection OR OLD.drive <> NEW.drive OR (OLD.state = 'detached') <> (NEW.state = 'detached') BEGIN UPDATE link_counts SET links = links - 1, detached = detached - CASE WHEN OLD.state = 'detached' THEN 1 ELSE 0 END WHERE connection = OLD.connection AND drive = OLD.drive; INSERT INTO link_counts VALUES (NEW.connection, NEW.drive, 1, CASE WHEN NEW.state = 'detached' THEN 1 ELSE 0 END) ON CONFLICT (connection, drive) DO UPDATE SET links = link_counts.links + 1, detached = link_counts.detached + excluded.detached; END;

-- Which uploads have linked a file.
CREATE INDEX bindings_by_file ON bindings (file, run);

-- Files that wait in the bin for their end, and those whose ClientPoints are kept as they are: a few of a large library.
CREATE INDEX bin_waiting ON bin (file) WHERE emptied_at IS NULL;
CREATE INDEX files_kept ON files (id) WHERE keep_clientpoints = 1;
