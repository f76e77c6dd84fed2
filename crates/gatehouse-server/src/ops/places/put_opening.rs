//! A closed opening (GATE-1, GATE-13): where it is, how it is closed, whether it is a fire exit.

use super::Refusal;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::note::note;
use gatehouse_core::text::clean_line;
use gatehouse_store::gate::OpeningRow;
use gatehouse_store::{Lane, StoreError, Tx};

/// Longest name or remark.
const TEXT_MOST: usize = 60;

/// What the form asks for.
#[derive(Clone, Debug)]
pub struct OpeningEdit {
    /// Which opening; made with the form for a new one.
    pub opening: [u8; 16],
    /// The version that was shown; 0 for a new one.
    pub version: i64,
    /// Where it is.
    pub name: String,
    /// How it is closed.
    pub closed_by: String,
    /// Serves as a fire exit.
    pub is_fire_exit: bool,
    /// The form says that it opens from inside.
    pub opens_from_inside: bool,
}

/// Adds an opening or changes one that is still at the version shown. A fire exit that does not
/// open from inside is refused: life comes first (SCOPE-3).
///
/// # Errors
/// Stale where somebody was faster; not found for one of another compound.
pub async fn put_opening(
    app: &App,
    caller: &Caller,
    scope: &AreaInScope,
    edit: OpeningEdit,
) -> Result<Result<(), Refusal>, OpError> {
    if scope.level != "compound" {
        return Ok(Err(Refusal::NotACompound));
    }
    if edit.is_fire_exit && !edit.opens_from_inside {
        return Ok(Err(Refusal::FireExitClosed));
    }
    let (name, closed_by) = match (
        clean_line(&edit.name, TEXT_MOST),
        clean_line(&edit.closed_by, TEXT_MOST),
    ) {
        (Ok(name), Ok(closed_by)) => (name, closed_by),
        (Err(code), _) | (_, Err(code)) => return Ok(Err(code.into())),
    };
    let (shard, area) = (scope.county()?, scope.area);
    let (now, staff) = (app.world.now_millis(), caller.staff);
    let put = move |tx: &Tx<'_>| {
        let known = tx.opening(shard, edit.opening)?;
        if known.as_ref().is_some_and(|known| known.area != area) {
            return Ok(None);
        }
        let row = OpeningRow {
            shard,
            opening: edit.opening,
            area,
            name: name.clone(),
            closed_by: closed_by.clone(),
            is_fire_exit: edit.is_fire_exit,
            checked_at: known.as_ref().and_then(|known| known.checked_at),
            version: edit.version,
        };
        match &known {
            None => tx.insert_opening(&row)?,
            Some(_) if row.version == 0 => return Ok(Some(Ok(()))),
            Some(_) => tx.update_opening(&row)?,
        }
        note(tx, Some(shard), staff, now, "opening.change", &row.opening)?;
        Ok::<_, StoreError>(Some(Ok(())))
    };
    let kept = app.store.write(Lane::People, put).await?;
    kept.ok_or(OpError::NotFound)
}
