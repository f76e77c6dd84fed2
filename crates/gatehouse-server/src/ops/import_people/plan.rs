//! Puts the work on an import into the job table, once for each change of its state.

use super::{Desk, ImportError, RunId, run_text};
use crate::jobs::IMPORT_PEOPLE;
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::job::JobRow;
use gatehouse_store::{Lane, Shard, StoreError};

/// Plans what the state of an import asks for.
///
/// # Errors
/// The database's.
pub fn plan(desk: &Desk, run: &ImportRunRow) -> Result<(), ImportError> {
    let row = JobRow {
        job: desk.world.id(),
        kind: IMPORT_PEOPLE.to_owned(),
        unique_key: format!("{IMPORT_PEOPLE}/{}/{}", run_text(&run.run), run.version),
        payload: payload(run.shard, &run.run),
        run_at: desk.world.now_millis(),
        attempts: 0,
        failure: None,
    };
    desk.store
        .write_blocking::<_, StoreError, _>(Lane::People, move |tx| {
            tx.plan_job(&row).map(|_| ())
        })?;
    Ok(())
}

/// County and import in CBOR: `[shard, run]`.
fn payload(shard: Shard, run: &RunId) -> Vec<u8> {
    let mut bytes = vec![0x82, 0x1B];
    bytes.extend_from_slice(&i64::from(shard.0).to_be_bytes());
    bytes.push(0x50);
    bytes.extend_from_slice(run);
    bytes
}

/// Reads what was planned.
pub fn read_payload(bytes: &[u8]) -> Option<(Shard, RunId)> {
    let rest = bytes.strip_prefix(&[0x82, 0x1B])?;
    let (shard, rest) = rest.split_at_checked(8)?;
    let run = rest.strip_prefix(&[0x50])?.try_into().ok()?;
    let shard = i64::from_be_bytes(shard.try_into().ok()?);
    Some((Shard(u32::try_from(shard).ok()?), run))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_planned_reads_back() {
        let bytes = payload(Shard(7), &[9; 16]);
        assert_eq!(read_payload(&bytes), Some((Shard(7), [9; 16])));
        assert_eq!(read_payload(&bytes[1..]), None);
    }
}
