-- How many files each drive of a connection has is kept by statements as a whole. A row of `link_counts` that is written anew
-- for each of many links is looked for through all its states of the transaction: that grows with the square of their number.
CREATE FUNCTION clientpoint.count_links() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one RECORD;
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO clientpoint.link_counts (connection, drive, links, detached, account_id)
            SELECT connection, drive, count(*), count(*) FILTER (WHERE state = 'detached'), min(account_id) FROM come
                GROUP BY connection, drive ORDER BY connection, drive
            ON CONFLICT (connection, drive) DO UPDATE
                SET links = link_counts.links + excluded.links, detached = link_counts.detached + excluded.detached;
    ELSIF TG_OP = 'DELETE' THEN
        FOR one IN
            SELECT connection, drive, count(*) AS links, count(*) FILTER (WHERE state = 'detached') AS detached FROM gone
                GROUP BY connection, drive ORDER BY connection, drive
        LOOP
            UPDATE clientpoint.link_counts SET links = links - one.links, detached = detached - one.detached
                WHERE connection = one.connection AND drive = one.drive;
        END LOOP;
    ELSE
        -- Most changes are of something else.
        INSERT INTO clientpoint.link_counts (connection, drive, links, detached, account_id)
            SELECT connection, drive, sum(links), sum(detached), min(account_id) FROM (
                    SELECT connection, drive, 1 AS links, (state = 'detached')::int AS detached, account_id FROM come
                    UNION ALL
                    SELECT connection, drive, -1, -(state = 'detached')::int, account_id FROM gone
                ) AS changed
                GROUP BY connection, drive HAVING sum(links) <> 0 OR sum(detached) <> 0 ORDER BY connection, drive
            ON CONFLICT (connection, drive) DO UPDATE
                SET links = link_counts.links + excluded.links, detached = link_counts.detached + excluded.detached;
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER links_counted ON clientpoint.links;
DROP TRIGGER links_moved ON clientpoint.links;
CREATE TRIGGER links_come AFTER INSERT ON clientpoint.links REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION clientpoint.count_links();
CREATE TRIGGER links_gone AFTER DELETE ON clientpoint.links REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION clientpoint.count_links();
CREATE TRIGGER links_changed AFTER UPDATE ON clientpoint.links REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION clientpoint.count_links();
DROP FUNCTION clientpoint.count_link();
