-- Where a person can be written to, sealed like the telephone; NULL where they gave none.
ALTER TABLE person ADD COLUMN email_sealed BYTEA;
-- When retention first found that the purpose of the record had ended; NULL while it lasts.
ALTER TABLE person ADD COLUMN ended_at BIGINT;

-- sharded: lies with its county.
-- What goes to people (PUB-2): by page, SMS, e-mail or slip. No address, name or text: those are
-- opened and made when it is sent.
CREATE TABLE message (
    shard BIGINT NOT NULL, -- county
    message BYTEA NOT NULL CHECK (length(message) = 16), -- random id
    area BYTEA NOT NULL, -- compound or village whose matter it is
    person BYTEA NOT NULL, -- to whom
    kind TEXT NOT NULL, -- which text, a word from a list
    slots TEXT NOT NULL, -- what fills the text, JSON: times, places, offices; nobody's data
    language TEXT NOT NULL, -- zh or en
    state TEXT NOT NULL, -- waiting, sent, failed, given_up
    channel TEXT, -- page, sms, email, slip; NULL until one was chosen
    failure TEXT, -- why the last try failed, a word from a list; NULL if it did not
    made_at BIGINT NOT NULL, -- when it was wanted
    changed_at BIGINT NOT NULL, -- when its state last changed
    PRIMARY KEY (shard, message)
);
CREATE INDEX message_area ON message (shard, area, made_at);
CREATE INDEX message_person ON message (shard, person, made_at);
