-- Whose words a row has: what a drive, an item, a value or a cursor means is the plugin's that the connection was made
-- with. Two sources may have the same names.
ALTER TABLE links ADD COLUMN plugin TEXT NOT NULL DEFAULT '';
ALTER TABLE state ADD COLUMN plugin TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN plugin TEXT NOT NULL DEFAULT '';
ALTER TABLE bin ADD COLUMN plugin TEXT;
ALTER TABLE bindings ADD COLUMN was_plugin TEXT;
UPDATE links SET plugin = coalesce((SELECT plugin FROM connections WHERE id = links.connection), '');
UPDATE state SET plugin = coalesce((SELECT plugin FROM connections WHERE id = state.connection), '');
UPDATE runs SET plugin = coalesce((SELECT plugin FROM connections WHERE id = runs.connection), '');
UPDATE bin SET plugin = (SELECT plugin FROM connections WHERE id = bin.connection) WHERE connection IS NOT NULL;
UPDATE bindings SET was_plugin = (SELECT plugin FROM connections WHERE id = bindings.was_connection)
    WHERE was_connection IS NOT NULL;
DROP INDEX links_by_source;
CREATE INDEX links_by_source ON links (plugin, drive, item);
DROP INDEX bin_by_source;
CREATE INDEX bin_by_source ON bin (plugin, drive, item) WHERE drive IS NOT NULL;

-- Which of the plugin's schedules has set a run off; NULL for one that a person has started. Until now there was one.
ALTER TABLE runs ADD COLUMN schedule TEXT;
UPDATE runs SET schedule = 'daily-sync' WHERE due IS NOT NULL;
DROP INDEX runs_once_a_day;
CREATE UNIQUE INDEX runs_once_a_day ON runs (connection, schedule, due) WHERE due IS NOT NULL;
