-- Sign-ins at the source that were begun by any host of an account, for whichever of them the browser comes back to. Times
-- are the hosts', as in a folder.
CREATE TABLE clientpoint.sign_ins (
    id TEXT COLLATE "C" PRIMARY KEY, begun_by TEXT COLLATE "C" NOT NULL, begun_at TEXT COLLATE "C" NOT NULL,
    ends_at TEXT COLLATE "C" NOT NULL, approval TEXT COLLATE "C", browser TEXT COLLATE "C", sealed BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'at-work', 'ended')), works_until TEXT COLLATE "C",
    ended TEXT COLLATE "C", ended_at TEXT COLLATE "C",
    account_id TEXT COLLATE "C" NOT NULL DEFAULT current_setting('clientpoint.account') REFERENCES clientpoint.accounts
);
CREATE INDEX sign_ins_by_account ON clientpoint.sign_ins (account_id);
