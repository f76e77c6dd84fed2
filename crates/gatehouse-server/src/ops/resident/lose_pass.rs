//! A resident says that a pass of theirs, or of their home, is lost, wants a new one, or has found
//! it. The office ends the old one and makes the new one in one step.

use super::find_resident::ResidentCaller;
use crate::app::App;
use crate::error::OpError;
use crate::ops::report_pass_lost::{Report, report_pass_lost};
use gatehouse_core::id::PassId;

/// Writes it down.
///
/// # Errors
/// [`OpError::NotFound`] for a pass that is neither theirs nor their home's.
pub async fn lose_pass(
    app: &App,
    resident: &ResidentCaller,
    pass: PassId,
    report: Report,
) -> Result<(), OpError> {
    let shard = resident.shard;
    let row = app.store.read(move |tx| tx.pass(shard, pass)).await?;
    let row = row.filter(|row| match row.holder {
        Some(holder) => holder == resident.person.0,
        None => row.household.is_some() && row.household == resident.household,
    });
    let row = row.ok_or(OpError::NotFound)?;
    report_pass_lost(app, shard, row.area, None, pass, report).await
}
