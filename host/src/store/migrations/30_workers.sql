-- Which program carries a run out, and how many were lost while they did: a run that takes one program after the other down
-- ends with a person.
ALTER TABLE runs ADD COLUMN worker TEXT;
ALTER TABLE runs ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
