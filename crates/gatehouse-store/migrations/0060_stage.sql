-- reference: copied to every database; appended to, its second signature apart never changed.
-- Which level of risk or phase of the response people decided for an area (RISK-2, AREA-6). The
-- decision that begins last counts until its own end; a lower level is a further row.
CREATE TABLE stage (
    area BYTEA NOT NULL, -- top of the subtree
    scale TEXT NOT NULL, -- risk, phase
    from_at BIGINT NOT NULL, -- first instant
    decided_at BIGINT NOT NULL, -- when it was proposed; of two from one instant the later counts
    to_at BIGINT NOT NULL CHECK (to_at > from_at), -- end, not included
    stage TEXT NOT NULL, -- a word of the scale
    basis TEXT NOT NULL, -- by which published decision: its title and number
    authority BYTEA NOT NULL, -- area that the deciding key speaks for
    decided_by BYTEA NOT NULL, -- who
    approved_by BYTEA, -- who of another organisation; NULL until then, or where one was enough
    holds_at BIGINT, -- when its last signature came; NULL while one is missing
    PRIMARY KEY (area, scale, from_at, decided_at)
)
--sqlite: WITHOUT ROWID
;
