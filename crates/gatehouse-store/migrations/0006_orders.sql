-- sharded: lies with its county.
-- Orders: the only thing that stops a person or closes a place (SCOPE-1). What holds is computed
-- from payload and signatures; the other columns only help to find it.
CREATE TABLE order_record (
    shard BIGINT NOT NULL, -- county
    order_id BYTEA NOT NULL CHECK (length(order_id) = 16), -- random id
    person BYTEA, -- whom it concerns; NULL for a place
    area BYTEA NOT NULL, -- the place it concerns, or that keeps the person's record
    payload BYTEA NOT NULL, -- what was signed
    starts_at BIGINT NOT NULL, -- as in the payload
    ends_at BIGINT NOT NULL, -- as in the payload; not included
    created_at BIGINT NOT NULL, -- when it was proposed
    PRIMARY KEY (shard, order_id)
);
CREATE INDEX order_record_person ON order_record (shard, person);
CREATE INDEX order_record_area ON order_record (shard, area);
CREATE INDEX order_record_ends ON order_record (shard, ends_at);

-- sharded: lies with its order.
-- Signatures on an order and what they mean: each a row, none ever changed.
CREATE TABLE order_signature (
    shard BIGINT NOT NULL, -- county
    order_id BYTEA NOT NULL, -- which order
    number BIGINT NOT NULL, -- counts from 1
    act TEXT NOT NULL, -- propose, approve, extend, lift
    payload BYTEA, -- what was signed where it is not the order's own payload (extend, lift)
    staff BYTEA NOT NULL, -- who signed
    organisation BYTEA NOT NULL, -- for whom
    key_id BYTEA NOT NULL, -- with which key
    signature BYTEA NOT NULL, -- COSE signature
    signed_at BIGINT NOT NULL, -- when
    PRIMARY KEY (shard, order_id, number)
);
