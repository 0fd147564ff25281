-- The origins to which the credentials and the tokens of a connection go, as the plugin named them when it was connected.
CREATE TABLE endpoints (
    connection TEXT PRIMARY KEY,
    login TEXT NOT NULL,
    api TEXT NOT NULL
) STRICT;
