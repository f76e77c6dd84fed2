-- sharded: lies with its county.
-- Who looked at what of somebody who applies and is not in the ledger yet. Once they are, these
-- looks are among theirs (person_view) and go from here.
CREATE TABLE application_view (
    shard BIGINT NOT NULL, -- county
    application BYTEA NOT NULL, -- whose draft
    viewed_at BIGINT NOT NULL, -- when
    writer BYTEA NOT NULL, -- chain of the audit entry about it
    seq BIGINT NOT NULL, -- its number there
    staff BYTEA, -- who looked
    organisation BYTEA, -- for which office
    purpose TEXT NOT NULL, -- what for, a word from a list
    fields TEXT NOT NULL, -- which fields, words with blanks between
    PRIMARY KEY (shard, application, viewed_at, writer, seq)
)
--sqlite: WITHOUT ROWID
;
