-- sharded: lies with its county.
-- Applications for a pass (PASS-3): who asks for whom, what is there, what became of it. Whom it
-- is for is a person of the ledger, or a draft that is sealed under a key of its own until
-- approval makes the person; a household's errand pass names nobody.
CREATE TABLE application (
    shard BIGINT NOT NULL, -- county
    application BYTEA NOT NULL CHECK (length(application) = 16), -- random id
    area BYTEA NOT NULL, -- compound or village that the pass will open
    household BYTEA NOT NULL, -- where the holder lives, or for whom they come
    kind TEXT NOT NULL, -- core's word for the kind of pass
    source TEXT NOT NULL, -- who asks: self, family, landlord, grid_worker
    asked_by BYTEA, -- the person who asks; NULL where staff wrote it down
    asked_staff BYTEA, -- who wrote it down on somebody's behalf; NULL where nobody did
    holder BYTEA, -- person; NULL for a draft and for an errand pass
    basis TEXT, -- permanent, tenant, lodger of a draft; NULL where they do not come to live here
    sex TEXT NOT NULL, -- of a draft, core's word; empty where a person is named
    birth_year BIGINT, -- of a draft; NULL if unknown
    worker_class TEXT, -- core's word, for passes of workers; else NULL
    has_document BIGINT NOT NULL, -- 1: a document with a valid number was shown
    photo TEXT NOT NULL, -- missing, unclear, good, declined (no picture, and that is their right)
    landlord BYTEA, -- who has to say yes; NULL where nobody has to, or it is not known who
    landlord_answer TEXT, -- wanted, yes, no; NULL where nobody has to
    landlord_way TEXT, -- applied, link, phone, present; NULL until answered
    landlord_at BIGINT, -- when they answered; NULL until then
    landlord_staff BYTEA, -- who heard it on the telephone or at the desk; else NULL
    missing TEXT NOT NULL, -- what is missing, words with blanks between; empty when complete
    delivery TEXT NOT NULL, -- page, desk, home: how the pass reaches its holder
    state TEXT NOT NULL, -- waiting, approved, rejected, withdrawn
    reason TEXT, -- why rejected, a word from the closed list; else NULL
    decided_at BIGINT, -- when it left the queue; NULL until then
    decided_by BYTEA, -- staff; NULL until then, and where the applicant withdrew
    pass BYTEA, -- the pass it became; NULL unless approved
    wrapped_key BYTEA, -- the draft's key under an epoch key; NULL without a draft
    sealed BYTEA, -- the draft: name, document, telephone, picture; NULL without one
    applied_at BIGINT NOT NULL, -- when
    version BIGINT NOT NULL, -- counts edits; a stale write is refused
    PRIMARY KEY (shard, application)
);
CREATE INDEX application_queue ON application (shard, area, state, applied_at, application);
CREATE INDEX application_holder ON application (shard, holder);
CREATE INDEX application_household ON application (shard, household);
CREATE INDEX application_pass ON application (shard, pass);

-- sharded: lies with its county.
-- What the person of a draft can be found by, as person_token; moves there at approval.
CREATE TABLE application_token (
    shard BIGINT NOT NULL, -- county
    token BIGINT NOT NULL, -- as in person_token
    application BYTEA NOT NULL, -- which
    PRIMARY KEY (shard, token, application)
)
--sqlite: WITHOUT ROWID
;
CREATE INDEX application_token_application ON application_token (shard, application);
