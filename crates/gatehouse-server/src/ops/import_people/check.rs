//! The dry run: every row gets its verdict, nothing is written but the summary.

use super::different::keep_beside;
use super::examine::{Counts, Examiner};
use super::file::OpenFile;
use super::report::{self, Report};
use super::state::State;
use super::{Desk, ImportError, RunId, STEP_ROWS};
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::{Shard, StoreError};
use std::ops::ControlFlow;

/// Steps between two looks at whether somebody went back.
const STEPS_A_NOTE: i64 = 10;

/// Checks all rows of an import that waits for it.
///
/// # Errors
/// [`ImportError::NotNow`] where it does not wait, or somebody went back meanwhile.
pub fn check(desk: &Desk, shard: Shard, id: RunId) -> Result<ImportRunRow, ImportError> {
    let mut run = desk.run(shard, id)?;
    if State::named(&run.state) != Some(State::Checking) {
        return Err(ImportError::NotNow);
    }
    let began = desk.world.now_millis();
    let place = desk.place_of(&run)?;
    let mut file = OpenFile::open(desk, &run)?;
    let mut examiner = Examiner::new(desk, &place)?;
    let (mut counts, mut report, mut steps) = (Counts::default(), Report::default(), 0);
    file.each_batch(STEP_ROWS, |open| {
        let examined = examiner.examine(desk, open.rows, open.mapping)?;
        for (row, (number, cells)) in examined.iter().zip(open.rows) {
            let is_taken = open.takes.contains(*number);
            counts.count(&row.verdict, is_taken);
            report.add(row, cells, open.mapping, is_taken);
        }
        keep_beside(desk, &run, &mut report, false)?;
        run.rows_done += i64::try_from(open.rows.len()).unwrap_or(0);
        steps += 1;
        if steps % STEPS_A_NOTE == 0 {
            desk.keep(&mut run).map_err(not_now)?;
        }
        Ok(ControlFlow::Continue(STEP_ROWS))
    })?;
    keep_beside(desk, &run, &mut report, true)?;
    report.millis = desk.world.now_millis() - began;
    report::keep(desk, &run, &report)?;
    run.rows_all = run.rows_done;
    run.accepted = counts.accepted;
    run.rejected = counts.rejected;
    run.duplicate = counts.duplicate;
    run.faults = counts.faults_text();
    run.state = State::Checked.code().to_owned();
    desk.keep(&mut run).map_err(not_now)?;
    Ok(run)
}

/// Somebody changed the state meanwhile: what was found is of no use.
pub(super) fn not_now(error: ImportError) -> ImportError {
    match error {
        ImportError::Store(StoreError::Stale) => ImportError::NotNow,
        error => error,
    }
}
