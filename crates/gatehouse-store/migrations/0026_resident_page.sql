-- sharded: lies with the person's county; looked up by the hash of the code.
-- Codes that open a resident's own page, without an account. The code itself is nowhere.
CREATE TABLE resident_code (
    shard BIGINT NOT NULL, -- county
    code_hash BYTEA NOT NULL CHECK (length(code_hash) = 32), -- SHA-256 of the code
    person BYTEA NOT NULL, -- whose page it opens
    made_at BIGINT NOT NULL, -- when
    made_by BYTEA, -- staff who handed it over; NULL for the program itself
    expires_at BIGINT NOT NULL, -- end, not included
    ended_at BIGINT, -- when it was taken back or replaced; NULL while it opens
    PRIMARY KEY (shard, code_hash)
);
CREATE INDEX resident_code_hash ON resident_code (code_hash);
CREATE INDEX resident_code_person ON resident_code (shard, person);

-- sharded: lies with its county; appended to, answered once.
-- What residents ask of an office: corrections, complaints. Each has a time limit and an answer.
CREATE TABLE resident_request (
    shard BIGINT NOT NULL, -- county
    request BYTEA NOT NULL CHECK (length(request) = 16), -- random id
    kind TEXT NOT NULL, -- correction, complaint
    about TEXT NOT NULL, -- a word from the list of its kind
    person BYTEA NOT NULL, -- who asks; random once erased
    area BYTEA NOT NULL, -- whose office answers: never the one that it is about
    wrapped_key BYTEA, -- key of the texts under an epoch key; NULL once erased
    text_sealed BYTEA, -- what was asked
    answer_sealed BYTEA, -- the answer; NULL until then
    sent_at BIGINT NOT NULL, -- when
    due_at BIGINT NOT NULL, -- until when it is to be answered
    result TEXT, -- done, partly, not_done; NULL until answered
    answered_at BIGINT, -- when; NULL until then
    answered_by BYTEA, -- staff; NULL until then
    PRIMARY KEY (shard, request)
);
CREATE INDEX resident_request_area ON resident_request (shard, area, sent_at);
CREATE INDEX resident_request_person ON resident_request (shard, person, sent_at);

-- sharded: lies with the gate.
-- Visitors who registered themselves from the gate's poster, or whom a household expects. The
-- household says yes or no; the rules at the gate decide all the same.
CREATE TABLE visit (
    shard BIGINT NOT NULL, -- county
    visit BYTEA NOT NULL CHECK (length(visit) = 16), -- random id
    gate BYTEA NOT NULL, -- where they come
    area BYTEA NOT NULL, -- the compound
    number BIGINT NOT NULL, -- said at the gate; counts from 1 each day at each gate
    day TEXT NOT NULL, -- the day they come, by the clock there
    household BYTEA, -- whom they visit; NULL where the door typed is none of ours
    registered_by TEXT NOT NULL, -- visitor, household, guard
    purpose TEXT NOT NULL, -- a word from a list
    wrapped_key BYTEA, -- key of the details under an epoch key; NULL once erased
    sealed BYTEA, -- name, telephone, door as typed
    registered_at BIGINT NOT NULL, -- when
    answer TEXT, -- yes, no; NULL until the household has said
    answered_how TEXT, -- page, phone; NULL until then
    answered_at BIGINT, -- when; NULL until then
    answered_by BYTEA, -- staff who took down the answer by telephone; else NULL
    PRIMARY KEY (shard, visit)
);
CREATE UNIQUE INDEX visit_number ON visit (shard, gate, day, number);
CREATE INDEX visit_household ON visit (shard, household, day);
