-- Records that were merged into another: few, looked for from the one that is kept.
CREATE INDEX person_merged ON person (shard, merged_into) WHERE merged_into IS NOT NULL;

-- sharded: lies with its county; replaced as a whole list.
-- Who answers for an area, as its poster names them (PUB-1, HL 3): said to everybody, hence plain.
CREATE TABLE area_contact (
    shard BIGINT NOT NULL, -- county
    area BYTEA NOT NULL, -- whose
    place BIGINT NOT NULL, -- order on the poster, from 1
    post TEXT NOT NULL, -- what they are there, or what a hotline is for
    name TEXT NOT NULL, -- of the person; empty for a hotline
    phone TEXT NOT NULL, -- where they are reached
    PRIMARY KEY (shard, area, place)
);
