-- reference: an area may lie above the counties.
-- Documents that officials are writing. Everything about them is public; dropped when submitted,
-- since the version that was submitted is kept as a document.
CREATE TABLE policy_draft (
    draft BYTEA NOT NULL CHECK (length(draft) = 16), -- random id
    area BYTEA NOT NULL, -- where it is to hold
    document TEXT NOT NULL, -- folder of the document
    based_on BIGINT NOT NULL, -- version of the document that it began as; 0: brought as files
    text TEXT NOT NULL, -- policy.toml
    cases TEXT NOT NULL, -- cases.toml
    made_by BYTEA NOT NULL, -- staff who began it
    made_at BIGINT NOT NULL, -- when
    changed_by BYTEA NOT NULL, -- staff who changed it last
    changed_at BIGINT NOT NULL, -- when
    version BIGINT NOT NULL, -- counts changes from 1
    PRIMARY KEY (draft)
);
CREATE INDEX policy_draft_area ON policy_draft (area, made_at);

-- cases.toml of a document; NULL where it was loaded without.
ALTER TABLE policy_document ADD COLUMN cases TEXT;
