//! The one open gate of a compound (GATE-1): name, telephone, whether somebody is on duty there.

use super::Refusal;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::note::note;
use gatehouse_core::id::GateId;
use gatehouse_core::text::clean_line;
use gatehouse_store::gate::GateRow;
use gatehouse_store::{Lane, StoreError, Tx};

/// Longest name or telephone.
const TEXT_MOST: usize = 40;

/// What the form asks for.
#[derive(Clone, Debug)]
pub struct GateEdit {
    /// Which gate; made with the form for a new one.
    pub gate: GateId,
    /// The version that was shown; 0 for a new one.
    pub version: i64,
    /// What people call it.
    pub name: String,
    /// Whom to call.
    pub phone: String,
    /// `open`, `suspended`, `ended`.
    pub state: String,
}

/// Adds a gate or changes one that is still at the version shown.
///
/// # Errors
/// Stale where somebody was faster; not found for a gate of another compound.
pub async fn put_gate(
    app: &App,
    caller: &Caller,
    scope: &AreaInScope,
    edit: GateEdit,
) -> Result<Result<(), Refusal>, OpError> {
    if scope.level != "compound" {
        return Ok(Err(Refusal::NotACompound));
    }
    let (name, phone) = match (
        clean_line(&edit.name, TEXT_MOST),
        clean_line(&edit.phone, TEXT_MOST),
    ) {
        (Ok(name), Ok(phone)) => (name, phone),
        (Err(code), _) | (_, Err(code)) => return Ok(Err(code.into())),
    };
    if !["open", "suspended", "ended"].contains(&edit.state.as_str()) {
        return Err(OpError::NotFound);
    }
    let (shard, area) = (scope.county()?, scope.area);
    let (now, staff) = (app.world.now_millis(), caller.staff);
    let row = GateRow {
        shard,
        gate: edit.gate,
        area,
        name,
        phone,
        state: edit.state,
        version: edit.version,
    };
    let put = move |tx: &Tx<'_>| {
        let known = tx.gate(shard, row.gate)?;
        if known.as_ref().is_some_and(|known| known.area != area) {
            return Ok(None);
        }
        let mut others = tx.gates_of_area(shard, area)?.into_iter();
        let second = others.any(|other| other.gate != row.gate && other.state == "open");
        if row.state == "open" && second {
            return Ok(Some(Err(Refusal::SecondGate)));
        }
        match &known {
            None => tx.insert_gate(&row)?,
            // The same form once more.
            Some(_) if row.version == 0 => return Ok(Some(Ok(()))),
            Some(_) => tx.update_gate(&row)?,
        }
        note(tx, Some(shard), staff, now, "gate.change", &row.gate.0)?;
        Ok::<_, StoreError>(Some(Ok(())))
    };
    let kept = app.store.write(Lane::People, put).await?;
    app.gates.forget_scopes();
    kept.ok_or(OpError::NotFound)
}
