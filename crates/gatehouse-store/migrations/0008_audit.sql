-- sharded: lies with its county; one writer changes one row.
-- How far each writer's chain has got.
CREATE TABLE audit_head (
    shard BIGINT NOT NULL, -- county
    writer BYTEA NOT NULL CHECK (length(writer) = 16), -- whose chain
    seq BIGINT NOT NULL, -- number of the last entry
    hash BYTEA NOT NULL CHECK (length(hash) = 32), -- its hash
    PRIMARY KEY (shard, writer)
)
--sqlite: WITHOUT ROWID
;

-- sharded: lies with its county; appended to, never changed.
-- What was done, chained per writer. No personal data: whom an entry concerns is a commitment.
CREATE TABLE audit_entry (
    shard BIGINT NOT NULL, -- county
    writer BYTEA NOT NULL, -- whose chain
    seq BIGINT NOT NULL, -- counts from 1 in the chain
    at BIGINT NOT NULL, -- when
    kind TEXT NOT NULL, -- what was done: crossing, person.view, pass.issue, …
    actor BYTEA, -- staff; NULL for the program itself
    commitment BYTEA, -- salted commitment to subject and household; NULL where none
    body BYTEA NOT NULL, -- the rest, free of personal data
    hash BYTEA NOT NULL, -- of this entry and the hash before it
    PRIMARY KEY (shard, writer, seq)
)
--sqlite: WITHOUT ROWID
;

-- sharded: lies with its county.
-- Hourly signatures over all heads of a shard.
CREATE TABLE seal (
    shard BIGINT NOT NULL, -- county
    number BIGINT NOT NULL, -- counts from 1
    made_at BIGINT NOT NULL, -- when
    signed BYTEA NOT NULL, -- heads and signature
    PRIMARY KEY (shard, number)
);

-- sharded: lies with its county.
-- Something that should not happen did; stays until somebody has looked.
CREATE TABLE alarm (
    shard BIGINT NOT NULL, -- county
    kind TEXT NOT NULL, -- other_content, broken_chain, ended_device, gate_state, …
    about TEXT NOT NULL, -- the thing: device and number, gate, order
    raised_at BIGINT NOT NULL, -- first time
    seen_at BIGINT, -- when somebody looked; NULL until then
    seen_by BYTEA, -- who; NULL until then
    PRIMARY KEY (shard, kind, about)
);
