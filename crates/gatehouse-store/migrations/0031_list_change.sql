-- sharded: lies with the area; counts, of no meaning but against the list made last.
-- How often something changed that the lists of gates are made of, and how often it had when a
-- gate's list was made: a list that comes out otherwise without a change counted was changed past
-- the program.
CREATE TABLE list_change (
    shard BIGINT NOT NULL, -- county; 0: areas and policies
    area BYTEA NOT NULL, -- where; all zeros: somewhere in the county
    writer BYTEA NOT NULL, -- who counted; none waits for another
    number BIGINT NOT NULL, -- counts changes
    PRIMARY KEY (shard, area, writer)
)
--sqlite: WITHOUT ROWID
;
ALTER TABLE gate_state ADD COLUMN read_at BIGINT NOT NULL DEFAULT 0; -- last read and found so
ALTER TABLE gate_state ADD COLUMN list_changes BIGINT NOT NULL DEFAULT 0; -- counted when read
ALTER TABLE gate_state ADD COLUMN made_by TEXT NOT NULL DEFAULT ''; -- version of the program
