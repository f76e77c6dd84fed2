-- sharded: lies with its county.
-- People at one door. Their names are with the persons, sealed.
CREATE TABLE household (
    shard BIGINT NOT NULL, -- county
    household BYTEA NOT NULL CHECK (length(household) = 16), -- random id
    area BYTEA NOT NULL, -- compound or village
    building TEXT NOT NULL, -- building, empty where there is none
    unit TEXT NOT NULL, -- unit (stairway), empty where there is none
    room TEXT NOT NULL, -- room or door
    grid TEXT, -- the grid it belongs to (AREA-3); NULL until drawn
    ended_on TEXT, -- day on which the dwelling ceased; NULL while it exists
    version BIGINT NOT NULL, -- counts edits; a stale write is refused
    PRIMARY KEY (shard, household)
);
CREATE UNIQUE INDEX household_door ON household (shard, area, building, unit, room);

-- sharded: lies with its county.
-- A person. What identifies is sealed under the person's own key, which is wrapped by an epoch
-- key that is kept outside the database: erasing the wrapped key erases the person, and losing
-- the epoch key erases them from every backup of that time.
-- A sealed value is: number of the key (1 byte), nonce (12), AES-256-GCM-SIV cipher text; its
-- additional data are table, column and row id, so that no value can be moved elsewhere.
CREATE TABLE person (
    shard BIGINT NOT NULL, -- county
    person BYTEA NOT NULL CHECK (length(person) = 16), -- random id
    kind TEXT NOT NULL, -- resident, temporary_resident, exempt_worker, courier, visitor, …
    household BYTEA, -- where they live now; NULL for people who only come by
    area BYTEA NOT NULL, -- compound or village that keeps the record
    sex TEXT NOT NULL, -- core's word
    birth_year BIGINT, -- for the age band; NULL if unknown
    worker_class TEXT, -- core's word for exempt workers, else NULL
    state TEXT NOT NULL, -- active, left, died, merged, erased
    merged_into BYTEA, -- the person they turned out to be; NULL unless merged
    wrapped_key BYTEA, -- the person's key under an epoch key; NULL once erased
    masked_sealed BYTEA, -- surname and mask, for the screen at the gate
    name_sealed BYTEA, -- full name
    birth_on_sealed BYTEA, -- day of birth
    document_sealed BYTEA, -- kind and number of a document
    phone_sealed BYTEA, -- telephone
    employer_sealed BYTEA, -- employer of an exempt worker
    photo_sealed BYTEA, -- small picture, if they agreed
    note_sealed BYTEA, -- free text
    created_at BIGINT NOT NULL, -- when the record was made
    version BIGINT NOT NULL, -- counts edits; a stale write is refused
    PRIMARY KEY (shard, person)
);
CREATE INDEX person_household ON person (shard, household);
CREATE INDEX person_area ON person (shard, area);

-- sharded: lies with its county.
-- What a person can be found by: keyed hashes, so that a copied database answers no search.
CREATE TABLE person_token (
    shard BIGINT NOT NULL, -- county
    token BIGINT NOT NULL, -- first 8 bytes of an HMAC-SHA-256 of kind and folded text
    person BYTEA NOT NULL, -- who
    PRIMARY KEY (shard, token, person)
)
--sqlite: WITHOUT ROWID
;
CREATE INDEX person_token_person ON person_token (shard, person);

-- sharded: lies with its county.
-- On what basis somebody lives at a door, from–to (REG-1).
CREATE TABLE residence (
    shard BIGINT NOT NULL, -- county
    household BYTEA NOT NULL, -- where
    person BYTEA NOT NULL, -- who
    from_on TEXT NOT NULL, -- first day
    until_on TEXT, -- last day; NULL while it lasts
    basis TEXT NOT NULL, -- permanent, tenant, lodger
    landlord BYTEA, -- whose dwelling it is for tenants, whose guest for lodgers; else NULL
    version BIGINT NOT NULL, -- counts edits; a stale write is refused
    PRIMARY KEY (shard, household, person, from_on)
);
CREATE INDEX residence_person ON residence (shard, person);

-- sharded: lies with its county.
-- Vehicles that are known at a gate.
CREATE TABLE vehicle (
    shard BIGINT NOT NULL, -- county
    vehicle BYTEA NOT NULL CHECK (length(vehicle) = 16), -- random id
    plate TEXT NOT NULL, -- number plate as core spells it (GA 36)
    kind TEXT NOT NULL, -- core's word
    household BYTEA, -- whose; NULL for a firm's
    area BYTEA NOT NULL, -- compound or village that keeps the record
    ended_on TEXT, -- last day it is known; NULL while it is
    version BIGINT NOT NULL, -- counts edits; a stale write is refused
    PRIMARY KEY (shard, vehicle)
);
CREATE INDEX vehicle_plate ON vehicle (shard, plate);
CREATE INDEX vehicle_household ON vehicle (shard, household);

-- sharded: lies with its county.
-- Who looked at what of whom, and what for (SCOPE-5). Shown to the person.
CREATE TABLE person_view (
    shard BIGINT NOT NULL, -- county
    person BYTEA NOT NULL, -- whose data
    viewed_at BIGINT NOT NULL, -- when
    writer BYTEA NOT NULL, -- chain of the audit entry about it
    seq BIGINT NOT NULL, -- its number there
    staff BYTEA, -- who looked; NULL for the program itself
    organisation BYTEA, -- for which office; NULL for the program itself
    purpose TEXT NOT NULL, -- what for, a word from a list
    fields TEXT NOT NULL, -- which fields, words with blanks between
    salt BYTEA, -- hides the person in the audit entry; goes when they are erased
    PRIMARY KEY (shard, person, viewed_at, writer, seq)
);
