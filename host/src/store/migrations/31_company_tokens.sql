-- The company's access tokens, sealed, for all who work with this library. The name tells apart what was asked for, where,
-- and with what. Each can be asked for again.
CREATE TABLE company_tokens (
    name TEXT PRIMARY KEY,
    sealed BLOB NOT NULL,
    renew_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
