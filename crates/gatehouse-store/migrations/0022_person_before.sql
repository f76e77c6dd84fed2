-- sharded: lies with its person.
-- What the last edit of a person replaced, for as long as it can be undone (design §3). Sealed
-- values stand as they stood: they open under the person's key alone, and go with it.
CREATE TABLE person_before (
    shard BIGINT NOT NULL, -- county
    person BYTEA NOT NULL, -- whose
    version BIGINT NOT NULL, -- the version that the edit made: a later one cannot be undone past
    changed_at BIGINT NOT NULL, -- when
    changed_by BYTEA NOT NULL, -- staff
    ended_household BYTEA, -- door of the residence that the edit ended; NULL if it ended none
    ended_from_on TEXT, -- first day of that residence
    tokens BYTEA NOT NULL, -- what they were found by, eight bytes each
    kind TEXT NOT NULL, -- as in person, and so are all that follow
    household BYTEA, -- before
    area BYTEA NOT NULL, -- before
    sex TEXT NOT NULL, -- before
    birth_year BIGINT, -- before
    worker_class TEXT, -- before
    state TEXT NOT NULL, -- before
    merged_into BYTEA, -- before
    masked_sealed BYTEA, -- before
    name_sealed BYTEA, -- before
    birth_on_sealed BYTEA, -- before
    document_sealed BYTEA, -- before
    phone_sealed BYTEA, -- before
    employer_sealed BYTEA, -- before
    photo_sealed BYTEA, -- before
    note_sealed BYTEA, -- before
    PRIMARY KEY (shard, person)
);
CREATE INDEX person_before_changed ON person_before (shard, changed_at);
