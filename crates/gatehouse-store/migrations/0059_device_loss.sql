-- sharded: lies with its device.
-- Records that a phone still held of an earlier enrolment and cleared when it became this device:
-- they never reached the server. As the phone says it.
CREATE TABLE device_loss (
    shard BIGINT NOT NULL, -- county
    device BYTEA NOT NULL, -- which device the phone became
    events BIGINT NOT NULL CHECK (events > 0), -- how many
    oldest_at BIGINT, -- when the oldest was kept, by the phone's clock; NULL where it does not know
    PRIMARY KEY (shard, device)
);
