-- What a limit has decided is judged anew in each run: the limit may be another one.
UPDATE links SET waiting = (SELECT coalesce(max(coalesce(l.waiting, 0)), 0) + 1 FROM links l)
    WHERE state IN ('too-large', 'out-of-scope') AND waiting IS NULL AND suspected = 0;
