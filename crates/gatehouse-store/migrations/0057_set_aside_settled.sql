-- sharded: lies with its device; appended to, never changed.
-- What somebody found out about an event that was not taken in. The event itself stays as it
-- came; whoever found out more adds a further row, and the last one counts.
CREATE TABLE set_aside_settled (
    shard BIGINT NOT NULL, -- county
    device BYTEA NOT NULL, -- key of the event
    seq BIGINT NOT NULL, -- key of the event
    hash BYTEA NOT NULL, -- key of the event
    number BIGINT NOT NULL, -- counts from 1 for each event
    outcome TEXT NOT NULL, -- entered, told, not_a_crossing, copy, unreadable
    staff BYTEA NOT NULL, -- who
    settled_at BIGINT NOT NULL, -- when
    PRIMARY KEY (shard, device, seq, hash, number)
);
