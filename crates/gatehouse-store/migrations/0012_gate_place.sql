-- sharded: lies with its gate; edited by hand.
-- What a gate's screen names: where goods are left, where people wait, whom to call. Every text
-- may be empty; the screen then says it in general words. A gate without a row has none.
CREATE TABLE gate_place (
    shard BIGINT NOT NULL, -- county
    gate BYTEA NOT NULL CHECK (length(gate) = 16), -- which gate
    goods_point TEXT NOT NULL, -- where goods are left for the resident
    parking_place TEXT NOT NULL, -- where outside vehicles wait, clear of the road
    waiting_place TEXT NOT NULL, -- where somebody feverish sits apart
    office_place TEXT NOT NULL, -- where passes are issued
    shift_lead_phone TEXT NOT NULL, -- of the office, not of a person
    office_phone TEXT NOT NULL, -- of the community
    health_phone TEXT NOT NULL, -- hospital or health centre that fevers are reported to
    version BIGINT NOT NULL, -- counts edits; a stale write is refused
    PRIMARY KEY (shard, gate)
);
