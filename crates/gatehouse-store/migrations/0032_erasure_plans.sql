-- sharded: lies with its county.
-- Erasures of a person's record that somebody planned (SCOPE-5): why, who asked, from when on.
-- It names a record by its random id only.
CREATE TABLE erasure_plan (
    shard BIGINT NOT NULL, -- county
    erasure BYTEA NOT NULL CHECK (length(erasure) = 16), -- random id, made with the form
    area BYTEA NOT NULL, -- compound or village that keeps the record
    person BYTEA NOT NULL, -- whose record
    reason TEXT NOT NULL, -- left, died, mistake
    asked_by TEXT NOT NULL, -- person, family, office
    planned_at BIGINT NOT NULL, -- when it was planned
    planned_by BYTEA NOT NULL, -- staff who planned it
    run_at BIGINT NOT NULL, -- not before this instant
    state TEXT NOT NULL, -- planned, running, done, held, cancelled
    changed_at BIGINT NOT NULL, -- when its state last changed
    changed_by BYTEA, -- staff who cancelled it; NULL where the program went on
    held_by TEXT, -- what it was held back by, a word from a list; else NULL
    PRIMARY KEY (shard, erasure)
);
CREATE INDEX erasure_plan_area ON erasure_plan (shard, area, planned_at);
-- At most one that still comes, for each record.
CREATE UNIQUE INDEX erasure_plan_person ON erasure_plan (shard, person)
    WHERE state IN ('planned', 'running');

-- In which language a visitor filled in the page, zh or en: the answer goes out in it.
ALTER TABLE visit ADD COLUMN language TEXT NOT NULL DEFAULT 'zh';
-- Visit whose visitor the message goes to, whose telephone is sealed with the visit; NULL for a
-- person of the ledger. The column person then holds the same id, which names no record.
ALTER TABLE message ADD COLUMN visit BYTEA;
