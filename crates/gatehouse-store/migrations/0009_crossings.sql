-- sharded: lies with its county; appended to, never changed but by retention and erasure.
-- Crossings: attempts at a gate, whatever came of them. Keyed by the device's own numbers, so
-- that the same event arrives once however often it is sent.
CREATE TABLE crossing (
    shard BIGINT NOT NULL, -- county
    device BYTEA NOT NULL, -- gate device
    seq BIGINT NOT NULL, -- number of the event in the device's chain
    hash BYTEA NOT NULL, -- hash of the event, 32 bytes
    gate BYTEA NOT NULL, -- where
    shift BYTEA, -- in which shift; NULL outside one
    staff BYTEA NOT NULL, -- guard on duty
    way BIGINT NOT NULL, -- 0 in, 1 out
    device_at BIGINT NOT NULL, -- by the device's clock
    offset_minutes BIGINT NOT NULL, -- of the clock on the wall there
    counted_at BIGINT NOT NULL, -- device_at, clamped to [received_at - 7 d, received_at + 5 min]
    received_at BIGINT NOT NULL, -- by our clock
    subject_kind TEXT NOT NULL, -- core's word
    subject BYTEA, -- person or vehicle; random once erased; NULL for a stranger
    household BYTEA, -- of the subject; random once erased; NULL where none
    salt BYTEA, -- hides the two above in the chains; NULL once erased
    pass_list BIGINT, -- status list of the pass shown; NULL without a pass
    pass_index BIGINT, -- its place there; NULL without a pass
    purpose BIGINT, -- position in the list of purposes; NULL where it was not asked
    facts BYTEA NOT NULL, -- CBOR map from fact number to raw value
    policy BYTEA, -- id of the effective policy, 32 bytes; NULL where none was in force
    evaluator BIGINT NOT NULL, -- version of the evaluator on the device
    verdict BIGINT NOT NULL, -- of the device: 0 admit, 1 ask, 2 refuse, 3 refer
    row_ids TEXT NOT NULL, -- rows that applied, with blanks between
    server_verdict BIGINT, -- of the server; NULL where it had no better facts
    server_row_ids TEXT, -- rows that applied there
    outcome BIGINT NOT NULL, -- 0 crossed, 1 turned back, 2 taken in charge, 3 unknown
    overruling_reason TEXT, -- word from the short list where outcome and verdict differ
    is_emergency BIGINT NOT NULL, -- 1: admitted as an emergency (SCOPE-3)
    PRIMARY KEY (shard, device, seq)
)
--sqlite: WITHOUT ROWID
;
CREATE INDEX crossing_gate ON crossing (shard, gate, counted_at);

-- sharded: lies with its device.
-- Events of a device that are no crossing: shift start and end, amendments, checks.
CREATE TABLE device_event (
    shard BIGINT NOT NULL, -- county
    device BYTEA NOT NULL, -- gate device
    seq BIGINT NOT NULL, -- number of the event in the device's chain
    hash BYTEA NOT NULL, -- hash of the event, 32 bytes
    kind TEXT NOT NULL, -- word of the event
    staff BYTEA, -- who; NULL for the device itself
    device_at BIGINT NOT NULL, -- by the device's clock
    received_at BIGINT NOT NULL, -- by our clock
    body BYTEA NOT NULL, -- the event's content, CBOR, free of personal data
    PRIMARY KEY (shard, device, seq)
);

-- sharded: lies with its device.
-- Events that were not taken in: same number with other content, a broken chain, a device out
-- of service. Kept as they came, for people to look at.
CREATE TABLE crossing_set_aside (
    shard BIGINT NOT NULL, -- county
    device BYTEA NOT NULL, -- gate device
    seq BIGINT NOT NULL, -- number that the event claims
    hash BYTEA NOT NULL, -- hash of the event, 32 bytes
    reason TEXT NOT NULL, -- other_content, broken_chain, ended_device
    received_at BIGINT NOT NULL, -- first time it came
    event BYTEA NOT NULL, -- as it came
    PRIMARY KEY (shard, device, seq, hash)
);

-- sharded: lies with its device.
-- Corrections: further rows that name a crossing (design §3). The last one counts.
CREATE TABLE amendment (
    shard BIGINT NOT NULL, -- county
    device BYTEA NOT NULL, -- device of the crossing
    of_seq BIGINT NOT NULL, -- number of the crossing
    number BIGINT NOT NULL, -- counts from 1 for each crossing
    outcome BIGINT NOT NULL, -- what holds from now on, as in crossing
    reason TEXT NOT NULL, -- word from a list: undo, wrong_person, wrong_way, …
    staff BYTEA NOT NULL, -- who
    made_at BIGINT NOT NULL, -- when
    source_seq BIGINT, -- event of the device that said so; NULL when made at a desk
    PRIMARY KEY (shard, device, of_seq, number)
);

-- sharded: lies with its county; derived, rebuilt from crossings and amendments at will.
-- Passages that took place, by household: from them core counts outings and minutes outside.
CREATE TABLE outing (
    shard BIGINT NOT NULL, -- county
    household BYTEA NOT NULL, -- household, or the subject itself where there is none
    counted_at BIGINT NOT NULL, -- as in crossing
    device BYTEA NOT NULL, -- key of the crossing
    seq BIGINT NOT NULL, -- key of the crossing
    subject BYTEA NOT NULL, -- who
    way BIGINT NOT NULL, -- 0 in (a return), 1 out (an outing begins)
    purpose BIGINT, -- as in crossing
    offset_minutes BIGINT NOT NULL, -- as in crossing
    PRIMARY KEY (shard, household, counted_at, device, seq)
)
--sqlite: WITHOUT ROWID
;

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
