-- Somebody who was removed keeps their name, for what they have done; nobody comes in by it. `seen_at` outlasts their logins.
ALTER TABLE users ADD COLUMN removed_at TEXT;
ALTER TABLE users ADD COLUMN seen_at TEXT;

-- Who comes in by a sign-in service: an account there is known by its issuer and what that calls it for ever, never by an
-- address.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user TEXT NOT NULL REFERENCES users (name),
    tied_at TEXT NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_by_user ON identities (user);

-- The trail grows for ever, and is read by person and by what was done.
CREATE INDEX trail_by_user ON trail (user);
CREATE INDEX trail_by_what ON trail (what);
CREATE INDEX trail_by_user_and_what ON trail (user, what);
