-- reference: small, read at each login.
-- Bodies that staff belong to; two approvals of an order come from two of them.
CREATE TABLE organisation (
    organisation BYTEA NOT NULL PRIMARY KEY CHECK (length(organisation) = 16), -- random id
    name TEXT NOT NULL, -- its name
    kind TEXT NOT NULL, -- command, street, committee, property, health, police, other
    area BYTEA NOT NULL REFERENCES area (area), -- for which area it works
    ended_at BIGINT, -- when it ended; NULL while it works
    version BIGINT NOT NULL -- counts edits; a stale write is refused
);

-- reference: read at each login.
-- People with an account.
CREATE TABLE staff (
    staff BYTEA NOT NULL PRIMARY KEY CHECK (length(staff) = 16), -- random id
    login TEXT NOT NULL UNIQUE, -- the name they sign in with, lower case
    name TEXT NOT NULL, -- as colleagues know them
    password_hash TEXT NOT NULL, -- argon2id in PHC form
    must_change_password BIGINT NOT NULL, -- 1 until the first change
    language TEXT NOT NULL, -- zh or en
    created_at BIGINT NOT NULL, -- when the account was made
    disabled_at BIGINT, -- when it was closed; NULL while open
    version BIGINT NOT NULL -- counts edits; a stale write is refused
);

-- reference: read at each request.
-- Staff in an organisation with a role in an area and all that lies in it, from–to.
CREATE TABLE membership (
    membership BYTEA NOT NULL PRIMARY KEY CHECK (length(membership) = 16), -- random id
    staff BYTEA NOT NULL REFERENCES staff (staff), -- who
    organisation BYTEA NOT NULL REFERENCES organisation (organisation), -- for whom
    role TEXT NOT NULL, -- guard, shift_lead, grid_worker, health_worker, community_office, …
    area BYTEA NOT NULL REFERENCES area (area), -- top of the subtree
    state TEXT NOT NULL, -- active, suspended, ended
    from_at BIGINT NOT NULL, -- first instant
    to_at BIGINT, -- end, not included; NULL: open
    version BIGINT NOT NULL -- counts edits; a stale write is refused
);
CREATE INDEX membership_staff ON membership (staff);
CREATE INDEX membership_area ON membership (area);

-- reference: read at each request by the hash of its token.
-- Signed-in browsers. The token itself is nowhere but in the cookie.
CREATE TABLE session (
    token_hash BYTEA NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32), -- SHA-256 of token
    staff BYTEA NOT NULL REFERENCES staff (staff), -- who
    shard BIGINT, -- county of the gate device; NULL at a desk
    device BYTEA, -- the gate device it runs on; NULL at a desk
    label TEXT NOT NULL, -- kind of browser, for the list of one's own sessions
    created_at BIGINT NOT NULL, -- sign-in
    seen_at BIGINT NOT NULL, -- last request, kept to the minute
    confirmed_at BIGINT NOT NULL, -- last time the password was given
    expires_at BIGINT NOT NULL -- end, not included
);
CREATE INDEX session_staff ON session (staff);
CREATE INDEX session_expires ON session (expires_at);

-- reference: written at sign-in only.
-- Failed sign-ins by account and address together, so that nobody is locked out by another.
CREATE TABLE login_failure (
    account_hash BYTEA NOT NULL CHECK (length(account_hash) = 32), -- SHA-256 of what was typed
    address TEXT NOT NULL, -- network address
    failures BIGINT NOT NULL, -- in the running window
    window_started_at BIGINT NOT NULL, -- first failure of the window
    succeeded_at BIGINT, -- last success from there; NULL if never: an unknown address
    PRIMARY KEY (account_hash, address)
);
CREATE INDEX login_failure_window ON login_failure (window_started_at);

-- reference: written at look-ups only.
-- How many people somebody has looked up lately (GATE-12): a look-up by room and name is no
-- way to leaf through a register.
CREATE TABLE lookup_budget (
    staff BYTEA NOT NULL REFERENCES staff (staff), -- who looks
    kind TEXT NOT NULL, -- which look-up
    window_started_at BIGINT NOT NULL, -- start of the running window
    used BIGINT NOT NULL, -- look-ups in it
    PRIMARY KEY (staff, kind)
);
