-- sharded: lies with its county.
-- Which column is what, remembered per compound and shape of sheet. No personal data.
CREATE TABLE import_mapping (
    shard BIGINT NOT NULL, -- county
    area BYTEA NOT NULL, -- compound or village
    shape BYTEA NOT NULL, -- SHA-256 of the headers
    mapping TEXT NOT NULL, -- column:field with blanks between
    made_by BYTEA, -- staff who mapped it; NULL on the command line
    used_at BIGINT NOT NULL, -- last import of this shape
    PRIMARY KEY (shard, area, shape)
);
