-- reference: small, read at start and when one is put in force.
-- Policy documents as they were loaded, word for word.
CREATE TABLE policy_document (
    document TEXT NOT NULL, -- id of the document: its folder
    version BIGINT NOT NULL, -- counts from 1
    text TEXT NOT NULL, -- policy.toml
    sha256 BYTEA NOT NULL CHECK (length(sha256) = 32), -- of the text
    loaded_at BIGINT NOT NULL, -- when
    loaded_by BYTEA, -- staff; NULL for the program itself
    PRIMARY KEY (document, version)
);

-- reference: small, read by every decision's process.
-- Where and when a document holds.
CREATE TABLE policy_force (
    area BYTEA NOT NULL REFERENCES area (area), -- top of the subtree
    document TEXT NOT NULL, -- which document
    version BIGINT NOT NULL, -- which version of it
    from_at BIGINT NOT NULL, -- first instant
    to_at BIGINT, -- end, not included; NULL: open
    decided_by BYTEA, -- staff who put it in force; NULL for the program itself
    approved_by BYTEA, -- staff of another office who approved; NULL until then
    PRIMARY KEY (area, document, from_at)
);

-- reference: small, immutable.
-- Effective policies by their id, so that every decision can be made again.
CREATE TABLE effective_policy (
    policy BYTEA NOT NULL PRIMARY KEY CHECK (length(policy) = 32), -- hash of canonical form
    compiled BYTEA NOT NULL, -- compiled form
    made_at BIGINT NOT NULL -- when it was first needed
);

-- sharded: lies with the gate.
-- What a gate decides with beyond the policy (pass status, classes, orders as "not to cross"):
-- signed and numbered. A row edited by hand elsewhere differs from it and raises an alarm.
CREATE TABLE gate_state (
    shard BIGINT NOT NULL, -- county
    gate BYTEA NOT NULL, -- for which gate
    number BIGINT NOT NULL, -- counts from 1
    sha256 BYTEA NOT NULL CHECK (length(sha256) = 32), -- of the content, to see changes
    signed BYTEA NOT NULL, -- content and signature
    made_at BIGINT NOT NULL, -- when
    PRIMARY KEY (shard, gate, number)
);
