-- reference: small, read everywhere, the same on every shard.
-- The one administrative tree (AREA-1). Ids never change; names and codes do.
CREATE TABLE area (
    area BYTEA NOT NULL PRIMARY KEY CHECK (length(area) = 16), -- random id
    parent BYTEA REFERENCES area (area), -- the area it lies in; NULL at the root
    shard BIGINT, -- number of its county, given once and never changed; NULL above a county
    level TEXT NOT NULL, -- word of the level as core spells it: province … unit
    name TEXT NOT NULL, -- what people call it now
    manager TEXT, -- who runs a compound (AREA-2): property, work_unit, ownerless; else NULL
    zone_offset_minutes BIGINT NOT NULL, -- minutes to add to UTC for the clock there
    ended_on TEXT, -- the day it was merged, split or dissolved; NULL while it exists
    version BIGINT NOT NULL -- counts edits; a stale write is refused
);
CREATE INDEX area_parent ON area (parent);

-- reference: read with the tree.
-- Codes of areas through time: they change, merge and split while the area stays itself.
CREATE TABLE area_code (
    area BYTEA NOT NULL REFERENCES area (area), -- whose code
    from_on TEXT NOT NULL, -- first day it holds
    to_on TEXT, -- last day it holds; NULL while it holds
    code TEXT NOT NULL, -- statistical division code, 12 digits, or a local one below
    PRIMARY KEY (area, from_on)
);
CREATE INDEX area_code_code ON area_code (code);

-- reference: one row per county, made by the first use of a county.
-- Which numbers have been given to counties, so that none is ever given twice.
CREATE TABLE shard (
    shard BIGINT NOT NULL PRIMARY KEY, -- the number, from 1
    county BYTEA NOT NULL UNIQUE REFERENCES area (area) -- the county that got it
);

-- sharded: lies with its county.
-- The one open entrance of a compound or village (GATE-1).
CREATE TABLE gate (
    shard BIGINT NOT NULL, -- county
    gate BYTEA NOT NULL CHECK (length(gate) = 16), -- random id
    area BYTEA NOT NULL, -- the compound or village that it closes
    name TEXT NOT NULL, -- what people call it
    phone TEXT NOT NULL, -- whom the guard and those at the gate can call
    state TEXT NOT NULL, -- open, suspended (nobody on duty), ended
    version BIGINT NOT NULL, -- counts edits; a stale write is refused
    PRIMARY KEY (shard, gate)
);
CREATE INDEX gate_area ON gate (shard, area);

-- sharded: lies with its county.
-- Any other way through the fence (GATE-1): listed as closed, with how.
CREATE TABLE opening (
    shard BIGINT NOT NULL, -- county
    opening BYTEA NOT NULL CHECK (length(opening) = 16), -- random id
    area BYTEA NOT NULL, -- the compound or village
    name TEXT NOT NULL, -- where it is, in words
    closed_by TEXT NOT NULL, -- how it is closed, in words
    is_fire_exit BIGINT NOT NULL, -- 1: must stay openable from inside
    checked_at BIGINT, -- when somebody last looked; NULL if never
    version BIGINT NOT NULL, -- counts edits; a stale write is refused
    PRIMARY KEY (shard, opening)
);
CREATE INDEX opening_area ON opening (shard, area);
