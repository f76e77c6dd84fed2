-- reference: an area may lie above the counties.
-- Replays of recorded attempts under a draft, asked for by an official: how far each is, and what
-- it found. Dropped after some days, since what it found is about records that go.
CREATE TABLE policy_replay (
    replay BYTEA NOT NULL CHECK (length(replay) = 16), -- random id
    area BYTEA NOT NULL, -- over whose gates, and in whose layer the draft stands
    document TEXT NOT NULL, -- folder of the draft; empty: by the rules of the time
    version BIGINT NOT NULL, -- of the document; 0: by the rules of the time
    from_at BIGINT NOT NULL, -- first instant
    until_at BIGINT NOT NULL, -- end, not included
    state TEXT NOT NULL, -- waiting, running, done, stopped, failed
    attempts_done BIGINT NOT NULL, -- looked at so far
    attempts_all BIGINT NOT NULL, -- about how many there are
    failure TEXT, -- why it failed, a code; NULL unless it did
    report TEXT, -- what it found, JSON, ids only; NULL until it is done
    asked_by BYTEA NOT NULL, -- who
    made_at BIGINT NOT NULL, -- when it was asked for
    changed_at BIGINT NOT NULL, -- when its state last changed
    PRIMARY KEY (replay)
);
CREATE INDEX policy_replay_area ON policy_replay (area, made_at);
