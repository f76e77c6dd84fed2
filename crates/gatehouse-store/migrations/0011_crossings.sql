-- sharded: lies with its county; appended to, never changed but by retention and erasure.
-- Crossings: attempts at a gate, whatever came of them. Keyed by the device's own numbers, so
-- that the same event is taken in once however often it is sent. What the device said (facts,
-- policy, rows, evaluator) stands in public_part, which its chain covers; the other columns are
-- read out of it or are what the server adds.
CREATE TABLE crossing (
    shard BIGINT NOT NULL, -- county
    device BYTEA NOT NULL, -- gate device
    seq BIGINT NOT NULL, -- number of the event in the device's chain
    hash BYTEA NOT NULL, -- hash of the event, 32 bytes
    gate BYTEA NOT NULL, -- where
    staff BYTEA, -- guard who answers for it; NULL where no shift had been started
    way BIGINT NOT NULL, -- 0 in, 1 out
    device_at BIGINT NOT NULL, -- by the device's clock
    offset_minutes BIGINT NOT NULL, -- of the clock on the wall there
    counted_at BIGINT NOT NULL, -- device_at, clamped to [received_at - 7 d, received_at + 5 min]
    received_at BIGINT NOT NULL, -- by our clock
    subject_kind BIGINT, -- position in core's list; NULL where not known
    subject BYTEA, -- person or vehicle; random once erased; NULL for a stranger
    subject_is_vehicle BIGINT, -- 1 for a vehicle, 0 for a person; NULL for a stranger
    household BYTEA, -- of the subject; random once erased; NULL where none
    salt BYTEA, -- hides the two above in the chains; NULL once erased or without them
    pass_list BIGINT, -- status list of the pass shown; NULL without a pass
    pass_index BIGINT, -- its place there; NULL without a pass
    purpose BIGINT, -- position in the list of purposes; NULL where it was not asked
    policy BYTEA, -- id of the effective policy, 32 bytes; NULL where none was in force
    verdict BIGINT NOT NULL, -- of the device: 0 admit, 1 ask, 2 refuse, 3 refer
    server_verdict BIGINT, -- of the server; NULL where it did not decide
    server_row_ids TEXT, -- rows that applied there, with blanks between
    outcome BIGINT NOT NULL, -- 0 crossed, 1 turned back, 2 taken in charge, 3 unknown
    overruling_reason BIGINT, -- number from the short list where outcome and verdict differ
    is_emergency BIGINT NOT NULL, -- 1: admitted as an emergency (SCOPE-3)
    public_part BYTEA NOT NULL, -- the event as its chain covers it, without personal data
    PRIMARY KEY (shard, device, seq)
)
--sqlite: WITHOUT ROWID
;
CREATE INDEX crossing_gate ON crossing (shard, gate, counted_at);

-- sharded: lies with its device; appended to, never changed but by retention and erasure.
-- Events of a device that are no crossing: shifts, amendments, fevers, look-ups, notes.
CREATE TABLE device_event (
    shard BIGINT NOT NULL, -- county
    device BYTEA NOT NULL, -- gate device
    seq BIGINT NOT NULL, -- number of the event in the device's chain
    hash BYTEA NOT NULL, -- hash of the event, 32 bytes
    kind TEXT NOT NULL, -- word of the event
    device_at BIGINT NOT NULL, -- by the device's clock
    received_at BIGINT NOT NULL, -- by our clock
    subject BYTEA, -- whom it concerns; random once erased; NULL for nobody
    subject_is_vehicle BIGINT, -- as in crossing
    household BYTEA, -- as in crossing
    salt BYTEA, -- as in crossing
    public_part BYTEA NOT NULL, -- as in crossing
    PRIMARY KEY (shard, device, seq)
);

-- sharded: lies with its event.
-- What a guard wrote down (a visitor's name, who approved), sealed under a key of its own.
CREATE TABLE event_detail (
    shard BIGINT NOT NULL, -- county
    device BYTEA NOT NULL, -- key of the event
    seq BIGINT NOT NULL, -- key of the event
    wrapped_key BYTEA NOT NULL, -- the details' key under an epoch key
    sealed BYTEA NOT NULL, -- the details
    PRIMARY KEY (shard, device, seq)
);

-- sharded: lies with its device.
-- Events that were not taken in: same number with other content, a broken chain, a device out
-- of service. Kept as they came, sealed, for people to look at.
CREATE TABLE crossing_set_aside (
    shard BIGINT NOT NULL, -- county
    device BYTEA NOT NULL, -- gate device
    seq BIGINT NOT NULL, -- number that the event claims
    hash BYTEA NOT NULL, -- hash of the event, 32 bytes
    reason TEXT NOT NULL, -- other_content, broken_chain, ended_device
    received_at BIGINT NOT NULL, -- first time it came
    wrapped_key BYTEA NOT NULL, -- its key under an epoch key
    sealed BYTEA NOT NULL, -- the event as it came
    PRIMARY KEY (shard, device, seq, hash)
);

-- sharded: lies with its device; appended to, never changed.
-- Corrections: further rows that name a crossing (design §3). The last one counts.
CREATE TABLE amendment (
    shard BIGINT NOT NULL, -- county
    device BYTEA NOT NULL, -- key of the crossing
    of_seq BIGINT NOT NULL, -- key of the crossing
    number BIGINT NOT NULL, -- counts from 1 for each crossing
    kind TEXT NOT NULL, -- undo, outcome, emergency
    outcome BIGINT, -- what really happened, as in crossing; NULL unless kind is outcome
    reason BIGINT, -- as overruling_reason in crossing
    emergency BIGINT, -- what the emergency was; NULL unless kind is emergency
    staff BYTEA, -- who, when made at a desk; else NULL
    made_at BIGINT NOT NULL, -- when
    source_seq BIGINT, -- event of the device that said so; NULL when made at a desk
    PRIMARY KEY (shard, device, of_seq, number)
);

-- sharded: lies with its county; derived, rebuilt from crossings and amendments at will.
-- Passages of people that took place, by household: from them core counts outings and minutes.
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
