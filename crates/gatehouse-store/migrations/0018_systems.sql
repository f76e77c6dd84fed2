-- reference: small, read at requests of other systems by the hash of their token.
-- Tokens of other systems. Each has an account of its own that nobody can sign in to, so that
-- records name it like any other hand; the token itself is shown once and kept nowhere.
CREATE TABLE api_token (
    token BYTEA NOT NULL PRIMARY KEY CHECK (length(token) = 16), -- random id
    token_hash BYTEA NOT NULL UNIQUE CHECK (length(token_hash) = 32), -- SHA-256 of the token
    staff BYTEA NOT NULL UNIQUE REFERENCES staff (staff), -- the account it acts as
    organisation BYTEA NOT NULL REFERENCES organisation (organisation), -- whose system it is
    label TEXT NOT NULL, -- which system, in words
    permissions TEXT NOT NULL, -- words with blanks between
    area BYTEA NOT NULL REFERENCES area (area), -- top of the subtree it may see
    made_by BYTEA NOT NULL REFERENCES staff (staff), -- never does it more than they may
    made_at BIGINT NOT NULL, -- when
    expires_at BIGINT NOT NULL, -- end, not included; at most a year after made_at
    used_at BIGINT, -- last request, kept to the minute; NULL if none yet
    revoked_at BIGINT, -- ended early; NULL if not
    revoked_by BYTEA -- staff who ended it; NULL if not
);
CREATE INDEX api_token_area ON api_token (area);

-- reference: written at writes of other systems only; a day's worth.
-- Keys under which other systems send a write, so that the same is not done twice.
CREATE TABLE request_key (
    token BYTEA NOT NULL REFERENCES api_token (token), -- whose
    key_hash BYTEA NOT NULL CHECK (length(key_hash) = 32), -- SHA-256 of the key
    request_hash BYTEA NOT NULL CHECK (length(request_hash) = 32), -- of route and body
    status BIGINT, -- of the answer; NULL while it is worked on
    answer TEXT, -- its body: ids and states, nobody's data; NULL while it is worked on
    made_at BIGINT NOT NULL, -- when it first came
    PRIMARY KEY (token, key_hash)
);
CREATE INDEX request_key_made ON request_key (made_at);

-- reference: small, read with each thing that is told to others.
-- Who wants to be told what, and where.
CREATE TABLE webhook (
    webhook BYTEA NOT NULL PRIMARY KEY CHECK (length(webhook) = 16), -- random id
    organisation BYTEA NOT NULL REFERENCES organisation (organisation), -- whose system it is
    area BYTEA NOT NULL REFERENCES area (area), -- top of the subtree it is told about
    shard BIGINT, -- county of the area; NULL where it lies above counties
    url TEXT NOT NULL, -- where it is told
    secret_sealed BYTEA NOT NULL, -- what signs, sealed under the server's sealing key
    topics BIGINT NOT NULL, -- sum of the topics' bits
    made_by BYTEA NOT NULL REFERENCES staff (staff), -- who made it
    made_at BIGINT NOT NULL, -- when
    ended_at BIGINT, -- nothing is told any more; NULL while it is
    delivered BIGINT NOT NULL, -- things told so far
    given_up BIGINT NOT NULL, -- things that were not told within a day
    delivered_at BIGINT, -- last time; NULL if never
    failure TEXT, -- why the last try failed, a word from a list; NULL if it did not
    failing_since BIGINT -- first of the tries that failed in a row; NULL if the last went well
);
CREATE INDEX webhook_area ON webhook (area);

-- sharded: lies with what it tells about.
-- What is still to be told: ids only, put down in the transaction of the thing itself.
CREATE TABLE webhook_event (
    shard BIGINT NOT NULL, -- county
    webhook BYTEA NOT NULL, -- to whom
    at BIGINT NOT NULL, -- when it happened
    topic BIGINT NOT NULL, -- bit of the topic
    about BYTEA NOT NULL, -- key of the thing: an id, or device and number
    PRIMARY KEY (shard, webhook, at, about, topic)
);
