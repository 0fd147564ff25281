-- Who looks at the connections of one account goes past those of all others no more.
CREATE INDEX connections_by_account ON clientpoint.connections (account_id, id);
CREATE INDEX grants_by_account ON clientpoint.grants (account_id);
