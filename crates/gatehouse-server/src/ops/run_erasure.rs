//! A planned erasure on its day: everything is asked once more, then it is done. It may be begun
//! twice, and does the same.

use crate::ops::erase_person::Eraser;
use crate::ops::erasure_rules::{hindrances, reasons};
use anyhow::Result;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::erasure_plan::{ErasurePlanRow, ErasureState};
use gatehouse_store::{Lane, Shard, StoreError, Tx};

/// Does it, unless it was cancelled or something stands against it.
///
/// # Errors
/// As [`Eraser::erase`].
pub fn run_erasure(eraser: &Eraser<'_>, shard: Shard, erasure: [u8; 16]) -> Result<()> {
    let Eraser { store, world, .. } = *eraser;
    let now = world.now_millis();
    let begin = move |tx: &Tx<'_>| begin(tx, shard, &erasure, now);
    let begun = store.write_blocking::<_, StoreError, _>(Lane::Jobs, begin)?;
    let Some(plan) = begun else {
        return Ok(());
    };
    eraser.erase(shard, plan.person)?;
    let now = world.now_millis();
    store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
        tx.set_erasure_state(shard, &erasure, &ErasureState::Done, now)
    })?;
    Ok(())
}

/// The plan, once nothing can take it back any more; `None` where there is nothing to do.
fn begin(
    tx: &Tx<'_>,
    shard: Shard,
    erasure: &[u8; 16],
    now: i64,
) -> Result<Option<ErasurePlanRow>, StoreError> {
    let Some(plan) = tx.erasure_plan(shard, erasure)? else {
        return Ok(None);
    };
    match plan.state {
        ErasureState::Planned => {}
        // Begun before, and stopped in the middle of it.
        ErasureState::Running => return Ok(Some(plan)),
        _ => return Ok(None),
    }
    let state = match held_by(tx, &plan, now)? {
        Some(word) => ErasureState::Held(word.to_owned()),
        None => ErasureState::Running,
    };
    tx.set_erasure_state(shard, erasure, &state, now)?;
    if let ErasureState::Held(_) = state {
        tx.append_audit(&AuditNote {
            shard,
            at: now,
            kind: "erasure.hold",
            actor: None,
            commitment: None,
            body: erasure,
        })?;
        return Ok(None);
    }
    Ok(Some(plan))
}

/// What stands against it on its day: what was so when it was planned may be otherwise by now.
fn held_by(
    tx: &Tx<'_>,
    plan: &ErasurePlanRow,
    now: i64,
) -> Result<Option<&'static str>, StoreError> {
    let Some(row) = tx.person(plan.shard, plan.person)? else {
        return Ok(None);
    };
    if row.state == "erased" {
        return Ok(None);
    }
    let hindrance = hindrances(tx, &row, now)?.first().copied();
    if let Some(hindrance) = hindrance {
        return Ok(Some(hindrance.word()));
    }
    let fits = reasons(&row.state).contains(&plan.reason.as_str());
    Ok((!fits).then_some("state"))
}
