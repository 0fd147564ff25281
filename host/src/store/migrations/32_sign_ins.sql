-- Sign-ins at the source that were begun: who waits for one need not be the program that the browser comes back to. What one is
-- made of is sealed, and goes as soon as its answer is taken or it is over; its end is kept for ten minutes, for who asks.
-- `browser` is the SHA-256 of the cookie of the browser that has begun it, where a page has; `works_until`, when one whose
-- answer was taken is given up for broken off. Times are RFC 3339.
CREATE TABLE sign_ins (
    id TEXT PRIMARY KEY,
    begun_by TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    approval TEXT,
    browser TEXT,
    sealed BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'at-work', 'ended')),
    works_until TEXT,
    ended TEXT,
    ended_at TEXT
) STRICT;
