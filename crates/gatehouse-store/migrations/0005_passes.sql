-- reference: written once.
-- What this installation is: its id, its root key, whether it is a demonstration.
CREATE TABLE installation (
    name TEXT NOT NULL PRIMARY KEY, -- which fact
    value BYTEA NOT NULL -- the fact
);

-- reference: small, read at start and by every device.
-- Key lists signed by the root, each with a number one higher.
CREATE TABLE key_list (
    number BIGINT NOT NULL PRIMARY KEY, -- counts from 1
    signed BYTEA NOT NULL, -- the list with the root's signature
    made_at BIGINT NOT NULL -- when
);

-- reference: small, read when passes are issued.
-- Private halves of keys that this server uses, sealed under a secret kept outside the database.
CREATE TABLE server_key (
    key_id BYTEA NOT NULL PRIMARY KEY CHECK (length(key_id) = 4), -- first bytes of its hash
    purpose TEXT NOT NULL, -- issuer, snapshot, seal, gate_state
    area BYTEA, -- the community of an issuer key; else NULL
    public_key BYTEA NOT NULL, -- Ed25519
    sealed BYTEA NOT NULL, -- private half
    from_at BIGINT NOT NULL, -- first use
    to_at BIGINT, -- end, not included; NULL: open
    is_demo BIGINT NOT NULL -- 1: refused outside a demonstration
);

-- reference: small, read when an order is signed.
-- Keys of people who propose and approve orders, each sealed under its owner's password.
CREATE TABLE staff_key (
    key_id BYTEA NOT NULL PRIMARY KEY CHECK (length(key_id) = 4), -- first bytes of its hash
    staff BYTEA NOT NULL REFERENCES staff (staff), -- whose
    public_key BYTEA NOT NULL, -- Ed25519
    sealed BYTEA NOT NULL, -- private half, with salt and parameters of its sealing
    from_at BIGINT NOT NULL, -- first use
    to_at BIGINT -- end, not included; NULL: open
);
CREATE INDEX staff_key_staff ON staff_key (staff);

-- sharded: lies with its county.
-- One bit per pass: ended early or not. Lists per community and quarter.
CREATE TABLE status_list (
    shard BIGINT NOT NULL, -- county
    list BIGINT NOT NULL, -- number of the list
    area BYTEA NOT NULL, -- community
    quarter TEXT NOT NULL, -- 2020-Q1
    next_index BIGINT NOT NULL, -- the next free place
    bits BYTEA NOT NULL, -- bit 1: revoked; place n is bit n % 8 of byte n / 8
    number BIGINT NOT NULL, -- counts changes
    PRIMARY KEY (shard, list)
);
CREATE UNIQUE INDEX status_list_area ON status_list (shard, area, quarter);

-- sharded: lies with its county.
-- Passes: the entitlement, whatever card it is printed on. (list, list_index) is its number.
CREATE TABLE pass (
    shard BIGINT NOT NULL, -- county
    pass BYTEA NOT NULL CHECK (length(pass) = 16), -- random id
    list BIGINT NOT NULL, -- status list
    list_index BIGINT NOT NULL, -- place in it
    kind TEXT NOT NULL, -- core's word
    band TEXT NOT NULL, -- core's word
    area BYTEA NOT NULL, -- compound or village that it opens
    household BYTEA, -- of the holder; NULL where there is none
    holder BYTEA, -- person or vehicle; NULL for a household's errand pass
    key_id BYTEA NOT NULL, -- issuer key
    from_at BIGINT NOT NULL, -- first instant
    expires_at BIGINT NOT NULL, -- end, not included
    credential BYTEA NOT NULL, -- the signed bytes of the QR code
    issued_at BIGINT NOT NULL, -- when
    issued_by BYTEA, -- staff; NULL for the program itself
    revoked_at BIGINT, -- ended early; NULL if not
    revocation TEXT, -- reason from the closed list; NULL if not revoked
    replaced_by BYTEA, -- the pass issued in its place; NULL if none
    PRIMARY KEY (shard, pass)
);
CREATE UNIQUE INDEX pass_number ON pass (shard, list, list_index);
CREATE INDEX pass_holder ON pass (shard, holder);
CREATE INDEX pass_household ON pass (shard, household);
CREATE INDEX pass_area ON pass (shard, area);
