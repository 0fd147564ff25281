-- The company's access tokens, sealed, for all hosts of an account. The name tells apart what was asked for, where, and with
-- what. Each can be asked for again.
CREATE TABLE clientpoint.company_tokens (
    name TEXT COLLATE "C" NOT NULL, sealed BYTEA NOT NULL, renew_at TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL DEFAULT current_setting('clientpoint.account') REFERENCES clientpoint.accounts,
    PRIMARY KEY (account_id, name)
);
