-- What somebody asked for in other people's names: shown to them, and counted.
CREATE INDEX application_asker ON application (shard, asked_by) WHERE asked_by IS NOT NULL;
