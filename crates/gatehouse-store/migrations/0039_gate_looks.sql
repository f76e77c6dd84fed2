-- sharded: lies with its county.
-- Somebody looked whether a gate leaves the public road free and is no wider than the compound's
-- own opening (GATE-13). Appended; the last one says how it stands.
CREATE TABLE gate_look (
    shard BIGINT NOT NULL, -- county
    look BYTEA NOT NULL CHECK (length(look) = 16), -- id, made with the form
    gate BYTEA NOT NULL, -- which
    looked_at BIGINT NOT NULL, -- when
    staff BYTEA NOT NULL, -- who looked
    road_free BIGINT NOT NULL, -- 1: no public road is blocked
    no_wider BIGINT NOT NULL, -- 1: no wider than the opening
    PRIMARY KEY (shard, look)
);
CREATE INDEX gate_look_gate ON gate_look (shard, gate, looked_at);
