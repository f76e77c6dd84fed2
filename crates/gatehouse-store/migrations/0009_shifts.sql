-- sharded: lies with the gate.
-- Shifts at a gate (GATE-2, GATE-3).
CREATE TABLE shift (
    shard BIGINT NOT NULL, -- county
    shift BYTEA NOT NULL CHECK (length(shift) = 16), -- random id
    gate BYTEA NOT NULL, -- where
    device BYTEA, -- device it was begun on; NULL when begun at a desk
    started_at BIGINT NOT NULL, -- when
    ended_at BIGINT, -- when; NULL while it runs
    has_mask BIGINT NOT NULL, -- 1: the guards said that they wear masks
    has_armband BIGINT NOT NULL, -- 1: the guards said that they wear armbands
    PRIMARY KEY (shard, shift)
);
CREATE INDEX shift_gate ON shift (shard, gate, started_at);

-- sharded: lies with the gate.
-- Who is on duty in a shift.
CREATE TABLE shift_guard (
    shard BIGINT NOT NULL, -- county
    shift BYTEA NOT NULL, -- which shift
    staff BYTEA NOT NULL, -- who
    PRIMARY KEY (shard, shift, staff)
);

-- sharded: lies with the gate.
-- Fevers and emergencies: stay open until somebody records what came of them (GATE-7, SCOPE-3).
CREATE TABLE open_item (
    shard BIGINT NOT NULL, -- county
    item BYTEA NOT NULL CHECK (length(item) = 16), -- random id
    kind TEXT NOT NULL, -- fever, emergency
    gate BYTEA NOT NULL, -- where
    device BYTEA, -- key of the crossing it came from; NULL when reported at a desk
    seq BIGINT, -- key of the crossing it came from; NULL when reported at a desk
    opened_at BIGINT NOT NULL, -- when
    outcome TEXT, -- what came of it, a word from a list; NULL while open
    closed_at BIGINT, -- when that was recorded; NULL while open
    closed_by BYTEA, -- by whom; NULL while open
    PRIMARY KEY (shard, item)
);
CREATE INDEX open_item_gate ON open_item (shard, gate, opened_at);
CREATE UNIQUE INDEX open_item_event ON open_item (shard, device, seq, kind);
