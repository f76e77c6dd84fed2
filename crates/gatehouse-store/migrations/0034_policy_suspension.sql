-- reference: copied to every database; the emergency brake of documents in force.
-- A row of a document that an official has suspended in an area: it stops nobody and wants
-- nothing. Never deleted: what was decided meanwhile can be decided again.
CREATE TABLE policy_suspension (
    area BYTEA NOT NULL, -- top of the subtree
    document TEXT NOT NULL, -- its folder
    row_id TEXT NOT NULL, -- which row of it, whatever its version
    from_at BIGINT NOT NULL, -- first instant
    to_at BIGINT, -- end, not included; NULL: until somebody ends it
    reason TEXT NOT NULL, -- a word of a closed list
    decided_by BYTEA NOT NULL, -- who
    ended_by BYTEA, -- who ended it
    PRIMARY KEY (area, document, row_id, from_at)
)
--sqlite: WITHOUT ROWID
;
