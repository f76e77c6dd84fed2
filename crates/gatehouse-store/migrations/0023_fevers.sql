-- sharded: lies with its open item.
-- Whom a fever concerns and how it came to us, beside its open item (GATE-7).
CREATE TABLE fever (
    shard BIGINT NOT NULL, -- county
    item BYTEA NOT NULL CHECK (length(item) = 16), -- the open item
    area BYTEA NOT NULL, -- compound or village
    source TEXT NOT NULL, -- gate, desk
    place TEXT NOT NULL, -- where the person was: gate, home, elsewhere
    reporter TEXT, -- who reported it at a desk, a word from a list; NULL from a gate
    symptoms BIGINT NOT NULL, -- bits by core's list; 0 where none were told
    person BYTEA, -- whom; random once erased; NULL where not known
    household BYTEA, -- of the person; random once erased; NULL where none
    opened_by BYTEA, -- staff at the desk; NULL from a gate
    PRIMARY KEY (shard, item)
);
CREATE INDEX fever_area ON fever (shard, area);
CREATE INDEX fever_person ON fever (shard, person);

-- Fevers from before this table, as far as columns say.
INSERT INTO fever (shard, item, area, source, place, reporter, symptoms, person, household,
        opened_by)
    SELECT i.shard, i.item, g.area, 'gate', 'gate', NULL, 0,
        CASE WHEN e.subject_is_vehicle = 0 THEN e.subject END, e.household, NULL
    FROM open_item i
    JOIN gate g ON g.shard = i.shard AND g.gate = i.gate
    LEFT JOIN device_event e ON e.shard = i.shard AND e.device = i.device AND e.seq = i.seq
    WHERE i.kind = 'fever';

-- sharded: lies with its open item; appended to, never changed but by retention.
-- What was done for a fever: a reading, waiting apart, an office told, the way to hospital, the
-- outcome. A correction is a further row that names the one before.
CREATE TABLE fever_step (
    shard BIGINT NOT NULL, -- county
    item BYTEA NOT NULL, -- which fever
    number BIGINT NOT NULL, -- counts from 1 for each fever
    mark BYTEA NOT NULL CHECK (length(mark) = 16), -- of the form or event: the same comes once
    step TEXT NOT NULL, -- reading, apart, told, hospital, outcome, undo
    done_at BIGINT NOT NULL, -- when it was done, as told
    recorded_at BIGINT NOT NULL, -- when it was written down
    staff BYTEA, -- who wrote it down; NULL where a gate device said so
    source_seq BIGINT, -- event of the device that said so; NULL at a desk
    tenths BIGINT, -- tenths of a degree of a reading; else NULL
    way BIGINT, -- how it was measured, position in core's list; else NULL
    word TEXT, -- which place, office, carrier or outcome, a word from a list; else NULL
    has_mask BIGINT, -- 1: a mask is worn while waiting apart; NULL for other steps
    corrects BIGINT, -- number of the step that this one replaces or takes back; else NULL
    wrapped_key BYTEA, -- key of the words below under an epoch key; NULL without words
    sealed BYTEA, -- what was written down: who took the call, which room; NULL without words
    PRIMARY KEY (shard, item, number)
);
CREATE UNIQUE INDEX fever_step_mark ON fever_step (shard, item, mark);

-- sharded: lies with its county.
-- Somebody hands over the open items of an area at the end of a shift.
CREATE TABLE handover (
    shard BIGINT NOT NULL, -- county
    handover BYTEA NOT NULL CHECK (length(handover) = 16), -- random id
    area BYTEA NOT NULL, -- whose open items
    staff BYTEA NOT NULL, -- who leaves
    made_at BIGINT NOT NULL, -- when
    wrapped_key BYTEA, -- key of the note under an epoch key; NULL without a note
    sealed BYTEA, -- the note; NULL without one
    PRIMARY KEY (shard, handover)
);
CREATE INDEX handover_area ON handover (shard, area, made_at);

-- sharded: lies with its handover; appended to, never changed.
-- An item that somebody took over. What stands here for no one stays with whoever leaves.
CREATE TABLE handover_line (
    shard BIGINT NOT NULL, -- county
    handover BYTEA NOT NULL, -- which handover
    item BYTEA NOT NULL, -- which open item
    staff BYTEA NOT NULL, -- who took it
    taken_at BIGINT NOT NULL, -- when
    PRIMARY KEY (shard, handover, item)
);
CREATE INDEX handover_line_item ON handover_line (shard, item, taken_at);
