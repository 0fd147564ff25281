-- Lists come page by page: by name, by place, by the time of the present revision, those that are held, those of a connection.
CREATE INDEX files_by_name ON files (name COLLATE NOCASE, id) WHERE removed_at IS NULL;
CREATE INDEX files_by_place ON files (place, id) WHERE removed_at IS NULL;
CREATE INDEX revisions_by_time ON revisions (made_at, file);
CREATE INDEX links_held ON links (file) WHERE held = 1;
CREATE INDEX runs_by_connection ON runs (connection, id);
