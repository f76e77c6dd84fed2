-- sharded: lies with its county.
-- What changed lately, by topic: each process asks once a second and tells its pages.
CREATE TABLE change (
    shard BIGINT NOT NULL, -- county
    topic TEXT NOT NULL, -- gate/…, order/…, policy
    number BIGINT NOT NULL, -- counts changes of the topic
    changed_at BIGINT NOT NULL, -- last one
    PRIMARY KEY (shard, topic)
);
CREATE INDEX change_changed ON change (changed_at);

-- reference: written when work is planned and done.
-- Work for later, put down in the same transaction as what asked for it.
CREATE TABLE job (
    job BYTEA NOT NULL PRIMARY KEY CHECK (length(job) = 16), -- random id
    kind TEXT NOT NULL, -- what to do
    unique_key TEXT NOT NULL UNIQUE, -- the same work is planned once
    payload BYTEA NOT NULL, -- what it needs, CBOR, free of personal data
    run_at BIGINT NOT NULL, -- not before
    lease_until BIGINT NOT NULL, -- somebody works on it until then; 0: nobody
    attempts BIGINT NOT NULL, -- begun so often
    failure TEXT -- code of the last failure; NULL if none
);
CREATE INDEX job_run ON job (run_at);
