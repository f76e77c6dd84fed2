-- reference: read at each login.
-- Days on which a membership gives nothing: leave, from–to in civil days of its area.
CREATE TABLE membership_leave (
    membership BYTEA NOT NULL REFERENCES membership (membership), -- whose
    from_on TEXT NOT NULL, -- first day away
    until_on TEXT NOT NULL, -- last day away
    noted_at BIGINT NOT NULL, -- when it was written down
    noted_by BYTEA NOT NULL, -- staff who wrote it down
    withdrawn_at BIGINT, -- when it was taken back; NULL while it stands
    PRIMARY KEY (membership, from_on)
);
