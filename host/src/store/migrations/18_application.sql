-- The application that is registered once, for everybody who signs in through it: one for each plugin and way to connect.
-- Empty until an Administrator gives one. A connection keeps the client and the credential that it was made with, whatever
-- becomes of this. The credential goes to that sign-in service only which the plugin named when it was registered.
CREATE TABLE applications (
    plugin TEXT NOT NULL,
    mode TEXT NOT NULL,
    client_id TEXT NOT NULL,
    settings TEXT NOT NULL,
    secret BLOB NOT NULL,
    credential TEXT NOT NULL,
    expires_at TEXT,
    login TEXT NOT NULL,
    api TEXT NOT NULL,
    registered_at TEXT NOT NULL,
    registered_by TEXT NOT NULL,
    PRIMARY KEY (plugin, mode)
) STRICT;

-- Whether a connection was made with the application that was registered then: its person signs in again with the one that is
-- registered now. Who gave an application of their own keeps that.
ALTER TABLE connections ADD COLUMN registered INTEGER NOT NULL DEFAULT 0;
