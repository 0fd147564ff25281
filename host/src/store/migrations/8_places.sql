-- Where the item of a file was that people have tied to it by its path: the plugin's own mark.
ALTER TABLE links ADD COLUMN place TEXT;
ALTER TABLE bindings ADD COLUMN was_place TEXT;
CREATE INDEX links_by_place ON links (connection, drive, place) WHERE place IS NOT NULL;
