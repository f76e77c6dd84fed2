-- sharded: lies with its county.
-- Regular helpers: carers and cleaners who come again and again, with the household that agreed
-- to it. Made with the application for their pass; it names a person once that is approved.
CREATE TABLE helper (
    shard BIGINT NOT NULL, -- county
    helper BYTEA NOT NULL CHECK (length(helper) = 16), -- id of the application
    area BYTEA NOT NULL, -- compound or village
    household BYTEA NOT NULL, -- where they help
    work TEXT NOT NULL, -- carer, cleaner, other
    agreed_by BYTEA, -- who of the household agreed; NULL where the office was not told
    agreed_way TEXT NOT NULL, -- page, phone, present
    agreed_at BIGINT NOT NULL, -- when they last did
    agreed_staff BYTEA, -- who heard it on the telephone or at the desk; else NULL
    person BYTEA, -- the helper; NULL until approved
    pass BYTEA, -- their pass now; NULL until approved
    from_at BIGINT, -- since when they come; NULL until approved
    ended_at BIGINT, -- when it came to its end; NULL while it goes on
    ended_by TEXT, -- household, helper, office; NULL until then
    ended_staff BYTEA, -- who wrote the end down; NULL until then, and where the household did
    version BIGINT NOT NULL, -- counts edits; a stale write is refused
    PRIMARY KEY (shard, helper)
);
CREATE INDEX helper_area ON helper (shard, area, helper);
CREATE INDEX helper_pass ON helper (shard, pass);
CREATE INDEX helper_household ON helper (shard, household);

-- sharded: lies with its household.
-- Households that asked the gate not to ring them about visitors: the guard asks the office.
CREATE TABLE no_call (
    shard BIGINT NOT NULL, -- county
    household BYTEA NOT NULL, -- which
    asked_at BIGINT NOT NULL, -- when
    staff BYTEA, -- who wrote it down for the household; NULL where it did so on its page
    PRIMARY KEY (shard, household)
)
--sqlite: WITHOUT ROWID
;
