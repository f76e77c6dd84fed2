-- sharded: lies with its pass; appended to, never changed.
-- What happened to a pass besides crossings: the life that its page shows.
CREATE TABLE pass_event (
    shard BIGINT NOT NULL, -- county
    pass BYTEA NOT NULL, -- which
    at BIGINT NOT NULL, -- when
    kind TEXT NOT NULL, -- issued, printed, handed_over, lost, found, twice, revoked
    area BYTEA NOT NULL, -- compound or village that the pass opens
    staff BYTEA, -- who; NULL where a program or the holder did it
    detail TEXT NOT NULL, -- a word or number that goes with the kind; empty where none
    PRIMARY KEY (shard, pass, at, kind)
);
CREATE INDEX pass_event_kind ON pass_event (shard, area, kind, at);

-- How often a pass was used, and whether it came in twice within minutes at two gates.
CREATE INDEX crossing_pass ON crossing (shard, pass_list, pass_index, counted_at)
    WHERE pass_list IS NOT NULL;
