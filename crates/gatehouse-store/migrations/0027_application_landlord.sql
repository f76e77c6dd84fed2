-- Whom an application waits for: a landlord's or host's page asks for theirs alone.
CREATE INDEX application_landlord ON application (shard, landlord) WHERE landlord IS NOT NULL;
