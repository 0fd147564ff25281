-- Runs that are offered to whichever host has a place: from when on, of which tenant of the source, who has taken one, and
-- how many hosts were lost with it. Times are the database's.
ALTER TABLE clientpoint.runs ADD COLUMN worker TEXT COLLATE "C";
ALTER TABLE clientpoint.runs ADD COLUMN lost BIGINT NOT NULL DEFAULT 0;
ALTER TABLE clientpoint.runs ADD COLUMN tenant TEXT COLLATE "C";
ALTER TABLE clientpoint.runs ADD COLUMN run_at TIMESTAMPTZ;
ALTER TABLE clientpoint.runs ADD COLUMN waited BIGINT NOT NULL DEFAULT 0;
CREATE INDEX runs_offered ON clientpoint.runs (run_at, id) WHERE state = 'running' AND run_at IS NOT NULL;
CREATE INDEX runs_open ON clientpoint.runs (id) WHERE state = 'running';

-- Tenants whose source has asked for patience: until when none of their runs is taken up, by any host.
CREATE TABLE clientpoint.gates (
    tenant TEXT COLLATE "C" PRIMARY KEY, closed_until TIMESTAMPTZ NOT NULL
);
