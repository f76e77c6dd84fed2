-- sharded: lies with the gate; updated once per batch of events.
-- Gate devices, each with its own chain of events. `last_seq` and `last_hash` make exactly-once
-- a matter of this one row, locked in the transaction that appends.
CREATE TABLE device (
    shard BIGINT NOT NULL, -- county
    device BYTEA NOT NULL CHECK (length(device) = 16), -- random id
    gate BYTEA NOT NULL, -- where it stands
    label TEXT NOT NULL, -- what the guards call it
    public_key BYTEA NOT NULL, -- P-256, SubjectPublicKeyInfo
    enrolled_at BIGINT NOT NULL, -- when
    enrolled_by BYTEA NOT NULL, -- staff who enrolled it
    ended_at BIGINT, -- lost or taken out of service; NULL while in use
    last_seq BIGINT NOT NULL, -- last event taken in; 0 before the first
    last_hash BYTEA NOT NULL CHECK (length(last_hash) = 32), -- its hash; zeros before the first
    seen_at BIGINT, -- last time it reached us; NULL if never
    skew_millis BIGINT NOT NULL, -- its clock minus ours when last seen
    PRIMARY KEY (shard, device)
);
CREATE INDEX device_gate ON device (shard, gate);
CREATE INDEX device_device ON device (device);
