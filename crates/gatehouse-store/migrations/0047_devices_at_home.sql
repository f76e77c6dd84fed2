-- sharded: lies with its county.
-- One-time codes by which a phone becomes a device of a gate: a long secret in a QR code, six
-- digits for typing.
CREATE TABLE enrolment_code (
    shard BIGINT NOT NULL, -- county of the gate
    secret_hash BYTEA NOT NULL CHECK (length(secret_hash) = 32), -- SHA-256 of the secret
    digits_hash BYTEA NOT NULL CHECK (length(digits_hash) = 32), -- SHA-256 of the digits
    gate BYTEA NOT NULL, -- for which gate
    made_by BYTEA NOT NULL, -- staff
    made_at BIGINT NOT NULL, -- when
    expires_at BIGINT NOT NULL, -- end, not included
    wrong BIGINT NOT NULL, -- wrong digits that were typed while it was open
    used_at BIGINT, -- when a phone used it; NULL while open
    device BYTEA, -- which device it became
    PRIMARY KEY (shard, secret_hash)
);
CREATE INDEX enrolment_code_secret ON enrolment_code (secret_hash);
CREATE INDEX enrolment_code_digits ON enrolment_code (digits_hash);
CREATE INDEX enrolment_code_gate ON enrolment_code (shard, gate);
CREATE INDEX enrolment_code_expires ON enrolment_code (expires_at);

-- sharded: lies with its county.
-- A device that has shown its key talks to the server under a token for some hours.
CREATE TABLE device_session (
    shard BIGINT NOT NULL, -- county
    token_hash BYTEA NOT NULL CHECK (length(token_hash) = 32), -- SHA-256 of the token
    device BYTEA NOT NULL, -- which device
    created_at BIGINT NOT NULL, -- when it showed its key
    expires_at BIGINT NOT NULL, -- end, not included
    PRIMARY KEY (shard, token_hash)
);
CREATE INDEX device_session_token ON device_session (token_hash);
CREATE INDEX device_session_expires ON device_session (expires_at);

-- sharded: lies with its county.
-- What a device said of itself last.
CREATE TABLE device_report (
    shard BIGINT NOT NULL, -- county
    device BYTEA NOT NULL, -- which device
    reported_at BIGINT NOT NULL, -- when it came
    version TEXT NOT NULL, -- of the app
    unsent BIGINT NOT NULL, -- records that wait to be sent
    list_number BIGINT NOT NULL, -- number of the list it decides by; 0 for none
    storage TEXT NOT NULL, -- persistent, best_effort or unknown: whether the browser may clear it
    PRIMARY KEY (shard, device)
);
