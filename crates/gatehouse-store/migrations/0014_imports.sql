-- sharded: lies with its county.
-- An import of people from a sheet: from the upload to the end of the day in which it can be
-- taken back. The file lies sealed in `import_part` under a key of its own, which goes with it.
CREATE TABLE import_run (
    shard BIGINT NOT NULL, -- county
    run BYTEA NOT NULL CHECK (length(run) = 16), -- random id
    area BYTEA NOT NULL, -- compound or village that the people live in
    made_by BYTEA, -- staff who uploaded; NULL on the command line
    made_at BIGINT NOT NULL, -- upload
    -- uploading, mapping, checking, checked, running, linking, done, stopped, undoing, undone
    state TEXT NOT NULL, -- where it stands, one of the words above
    wrapped_key BYTEA, -- the run's key under an epoch key; NULL once the file is gone
    name_sealed BYTEA, -- name of the file: it may hold somebody's name
    bytes BIGINT NOT NULL, -- size of the file
    form TEXT NOT NULL, -- xlsx, or the encoding of a text table
    sheet BIGINT NOT NULL, -- which sheet of a workbook
    last_header BIGINT NOT NULL, -- number of the last row of headers
    shape BYTEA NOT NULL, -- SHA-256 of the headers: sheets of one shape are mapped alike
    mapping TEXT NOT NULL, -- column:field with blanks between; empty until mapped
    rows_all BIGINT NOT NULL, -- rows of people: accepted + rejected + duplicate once checked
    rows_done BIGINT NOT NULL, -- how far the present phase has come, in rows
    accepted BIGINT NOT NULL, -- rows that are taken
    rejected BIGINT NOT NULL, -- rows with a fault
    duplicate BIGINT NOT NULL, -- rows of people who are there already
    faults TEXT NOT NULL, -- cells by fault, word:count with blanks between
    started_at BIGINT, -- when writing began; NULL before
    ended_at BIGINT, -- when writing ended; NULL before
    undo_until BIGINT, -- end of the day in which it can be taken back; NULL before
    working_until BIGINT NOT NULL, -- somebody works on it until then; 0: nobody
    version BIGINT NOT NULL, -- counts changes of state; a stale one is refused
    PRIMARY KEY (shard, run)
);
CREATE INDEX import_run_area ON import_run (shard, area, made_at);

-- sharded: lies with its run; deleted with it.
-- The file, and what the check found, in sealed pieces.
CREATE TABLE import_part (
    shard BIGINT NOT NULL, -- county
    run BYTEA NOT NULL, -- which import
    kind TEXT NOT NULL, -- file, report
    number BIGINT NOT NULL, -- counts from 0
    sealed BYTEA NOT NULL, -- sealed under the run's key
    PRIMARY KEY (shard, run, kind, number)
);

-- sharded: lies with its run; deleted with it.
-- What somebody put right in the check: a cell typed anew, a choice between two values.
CREATE TABLE import_fix (
    shard BIGINT NOT NULL, -- county
    run BYTEA NOT NULL, -- which import
    row_number BIGINT NOT NULL, -- number of the row in the sheet
    column_at BIGINT NOT NULL, -- column from 0; -1 for the choice to take the sheet's values
    sealed BYTEA NOT NULL, -- the value, sealed under the run's key
    PRIMARY KEY (shard, run, row_number, column_at)
);

-- sharded: lies with its run; deleted when the run can no longer be taken back.
-- Whom a row became, so that the import can be taken back.
CREATE TABLE import_row (
    shard BIGINT NOT NULL, -- county
    run BYTEA NOT NULL, -- which import
    row_number BIGINT NOT NULL, -- number of the row in the sheet
    act TEXT NOT NULL, -- added, changed; after taking back: removed, restored, left
    person BYTEA NOT NULL, -- whom
    household BYTEA NOT NULL, -- at which door
    door_added BIGINT NOT NULL, -- 1 if the door was new
    version BIGINT NOT NULL, -- of the person after the import: another one was changed since
    before_sealed BYTEA, -- earlier values of a changed person, sealed under the run's key
    left_why TEXT, -- why taking back left it alone: changed, pass, order, landlord, crossed
    PRIMARY KEY (shard, run, row_number)
)
--sqlite: WITHOUT ROWID
;

-- Taking back asks who names somebody as landlord.
CREATE INDEX residence_landlord ON residence (shard, landlord) WHERE landlord IS NOT NULL;
